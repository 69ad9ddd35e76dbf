#!/usr/bin/env bash
# Builds a real Kubernetes control plane from Debian's source package, once per machine, and prints the folder that
# holds it (the last line of stdout; progress goes to stderr). Use the folder as KUBEBUILDER_ASSETS.
set -euo pipefail

version=1.20.2
binaries=(kube-apiserver kube-controller-manager kube-scheduler)
build_packages=(golang-1.19-go rsync jq make dpkg-dev)
# Counts changes of how this script builds; a cache of an older recipe is built again.
recipe=2
cache="${XDG_CACHE_HOME:-$HOME/.cache}/maily-deploy/control-plane/$version"

say() { printf 'control-plane: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

complete() {
  local name
  [[ "$(cat "$cache/.recipe" 2>/dev/null)" == "$recipe" ]] || return 1
  for name in "${binaries[@]}" etcd; do [[ -x "$cache/$name" ]] || return 1; done
}

# kubectl is whichever one the machine has; it may have come after the build.
finish() {
  if command -v kubectl >/dev/null; then
    ln -sfn "$(command -v kubectl)" "$cache/kubectl"
  else
    say "there is no kubectl on PATH: install one, and call this again to have it linked into $cache"
  fi
  printf '%s\n' "$cache"
  exit 0
}

mkdir -p "$cache"
complete && finish

# Whoever comes second waits, and finds the work done.
exec 9>"$cache/.lock"
flock 9
complete && finish

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
  fail "Kubernetes $version is built from Debian's source package, and this machine has no apt-get. Build" \
    "${binaries[*]} elsewhere and put them with etcd into $cache, or set KUBEBUILDER_ASSETS."

work="$(mktemp -d "${TMPDIR:-/tmp}/maily-control-plane.XXXXXX")"
clean() { chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap clean EXIT
trap 'exit 130' INT TERM

missing=()
for package in "${build_packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 && $EUID -ne 0 ]]; then
  fail "these Debian packages are missing: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
fi

# Lists and archives of our own: other package work on this machine neither waits for us nor sees a source list.
mkdir -p "$work"/{lists/partial,archives/partial,apt,tree,etcd,bin}
apt_own=(-q -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/apt" -o "Dir::Cache::Archives=$work/archives"
  -o DPkg::Lock::Timeout=900 -o APT::Sandbox::User=root)

say "reading the package lists"
apt-get "${apt_own[@]}" update >&2
# The source lines follow from the binary lines that the machine itself trusts, checked with Debian's own keys.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || fail "$keyring is missing. As root: apt-get install debian-archive-keyring"
apt-get "${apt_own[@]}" indextargets --format '$(ORIGIN)|$(SITE)|$(RELEASE)|$(COMPONENT)' 'Identifier: Packages' |
  awk -F'|' -v keyring=$keyring '$1 == "Debian" { print "deb-src [signed-by=" keyring "] " $2 " " $3 " " $4 }' |
  sort -u >"$work/sources.list"
[[ -s "$work/sources.list" ]] || fail "none of this machine's apt sources is Debian's own; the source package needs one."

if [[ ${#missing[@]} -gt 0 ]]; then
  say "installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get "${apt_own[@]}" install -y --no-install-recommends "${missing[@]}" >&2
fi

# The bundled reflect2 is older than Go 1.18 and crashes the API server on the first custom object; Debian's own is newer.
say "fetching etcd and reflect2"
(cd "$work/etcd" && apt-get "${apt_own[@]}" download etcd-server golang-github-modern-go-reflect2-dev >&2 &&
  for package in *.deb; do dpkg-deb -x "$package" .; done)

say "fetching the source of Kubernetes $version"
apt_source=("${apt_own[@]}" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null)
apt-get "${apt_source[@]}" update >&2
full="$(apt-cache "${apt_source[@]}" showsrc kubernetes | awk '/^Version:/ { print $2 }' | grep -m1 -F "$version" || true)"
[[ -n "$full" ]] || fail "Debian's source package kubernetes is not $version in this machine's release."
(cd "$work/tree" && apt-get "${apt_source[@]}" source "kubernetes=$full" >&2)
tree="$(find "$work/tree" -mindepth 1 -maxdepth 1 -type d -name 'kubernetes-*')"

rm -rf "$tree/vendor/github.com/modern-go/reflect2"
cp -r "$work/etcd/usr/share/gocode/src/github.com/modern-go/reflect2" "$tree/vendor/github.com/modern-go/reflect2"

say "building ${binaries[*]} (some minutes)"
cd "$tree"
mkdir -p .go/src/k8s.io
ln -s "$tree" .go/src/k8s.io/kubernetes
env GOPATH="$tree/.go" GOCACHE="$work/gocache" GOFLAGS= GO111MODULE=off GOPROXY=off CGO_ENABLED=0 \
  PATH="/usr/lib/go-1.19/bin:$PATH" KUBE_GIT_VERSION="v$version" \
  make WHAT="${binaries[*]/#/cmd/}" >&2

for name in "${binaries[@]}"; do
  built="$(find _output -type f -name "$name" -print -quit)"
  [[ -n "$built" ]] || fail "the build ended without $name"
  cp "$built" "$work/bin/$name"
done
cp "$work/etcd/usr/bin/etcd" "$work/bin/etcd"
strip "$work"/bin/kube-*
chmod 755 "$work"/bin/*
mv "$work"/bin/* "$cache/"
printf '%s\n' "$recipe" >"$cache/.recipe"
say "done"
finish
