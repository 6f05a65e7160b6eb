"""The form itself: pages, words and keys, whatever it is printed on."""
