"""What lets others repeat a study: a script for R, labelled data files, a package to deposit."""
