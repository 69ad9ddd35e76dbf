#!/usr/bin/env bash
# Builds a real Kubernetes control plane and the parts of a node from Debian's source package, once per machine, and prints the
# folder that holds them (the last line of stdout; progress goes to stderr). Use the folder as KUBEBUILDER_ASSETS.
set -euo pipefail

version=1.20.2
plane=(kube-apiserver kube-controller-manager kube-scheduler)
node=(kubelet kube-proxy)
build_packages=(golang-1.19-go rsync jq make dpkg-dev gcc libc6-dev)
# Count changes of how this script builds; what an older recipe built is built again, and only that.
plane_recipe=2 node_recipe=1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/maily-deploy/control-plane/$version"

say() { printf 'control-plane: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Whether the cache holds the named parts, built by the recipe.
holds() {
  local mark="$1" recipe="$2" name
  shift 2
  [[ "$(cat "$cache/$mark" 2>/dev/null)" == "$recipe" ]] || return 1
  for name in "$@"; do [[ -x "$cache/$name" ]] || return 1; done
}
has_plane() { holds .recipe "$plane_recipe" "${plane[@]}" etcd; }
has_node() { holds .node-recipe "$node_recipe" "${node[@]}" pause; }
complete() { has_plane && has_node; }

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
    "${plane[*]} ${node[*]} pause elsewhere and put them with etcd into $cache, or set KUBEBUILDER_ASSETS."

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

binaries=()
has_plane || binaries+=("${plane[@]}")
has_node || binaries+=("${node[@]}")
cd "$tree"
# A container of a CI machine may not lower an OOM score, which a kubelet does for itself and for what it starts.
sed -i -E 's/^(\s*\w+OOMScoreAdj\s+int = ).*/\10/' pkg/kubelet/qos/policy.go
sed -i -E 's/^(\s*defaultSandboxOOMAdj int = ).*/\10/' pkg/kubelet/dockershim/docker_sandbox.go
[[ "$(grep -cE 'OOM(Score)?Adj\s+int = 0$' pkg/kubelet/qos/policy.go pkg/kubelet/dockershim/docker_sandbox.go | tr '\n' ' ')" == \
  "pkg/kubelet/qos/policy.go:4 pkg/kubelet/dockershim/docker_sandbox.go:1 " ]] || fail "the kubelet's OOM scores are not where they were"

say "building ${binaries[*]} (some minutes)"
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
has_plane || cp "$work/etcd/usr/bin/etcd" "$work/bin/etcd"
strip "$work"/bin/kube*
has_node || gcc -Os -Wall -Werror -static -DVERSION=3.2 -s -o "$work/bin/pause" build/pause/linux/pause.c
chmod 755 "$work"/bin/*
mv "$work"/bin/* "$cache/"
printf '%s\n' "$plane_recipe" >"$cache/.recipe"
printf '%s\n' "$node_recipe" >"$cache/.node-recipe"
say "done"
finish
