#!/usr/bin/env bash
# Runs the build: compiles it when its sources changed, then hands over to it.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
temp="$root/.nuke/temp"
flavour=runner
properties=()
if [[ "${NUKE_PACKAGES:-}" == true ]]; then
  flavour=packages
  properties=(-p:NukePackages=true)
fi
stamp="$temp/build-$flavour.stamp"
output="$temp/bin-$flavour"
program="$output/_build.dll"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 NUKE_TELEMETRY_OPTOUT=1

# Name, time and size of every source, so that deleted files are noticed too.
fingerprint() {
  (cd "$root" && find build src global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt \
    \( -path src/Platform -o -name bin -o -name obj -o -name node_modules \) -prune -o -type f \
    \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.json' -o -name '*.resx' \
    -o -name '*.yaml' -o -name '*.yml' -o -name '*.sql' -o -name '*.html' -o -name '*.txt' -o -name .editorconfig \) \
    -printf '%p %T@ %s\n' 2>/dev/null | LC_ALL=C sort)
}

# BSD's find has no -printf.
if ! find / -maxdepth 0 -printf '' 2>/dev/null; then
  fingerprint() {
    (cd "$root" && find build src global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt \
      \( -path src/Platform -o -name bin -o -name obj -o -name node_modules \) -prune -o -type f -exec stat -f '%N %m %z' {} + \
      2>/dev/null | LC_ALL=C sort)
  }
fi

find_dotnet() {
  if command -v dotnet >/dev/null && (cd "$root" && dotnet --version) >/dev/null 2>&1; then
    command -v dotnet
    return
  fi
  local folder="$temp/dotnet-unix"
  if [[ ! -x "$folder/dotnet" ]]; then
    local version
    version="$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json" | head -n 1)"
    echo "Installing the .NET SDK $version into $folder" >&2
    mkdir -p "$temp"
    curl -fsSL https://dot.net/v1/dotnet-install.sh -o "$temp/dotnet-install.sh"
    bash "$temp/dotnet-install.sh" --version "$version" --install-dir "$folder" --no-path >&2
  fi
  export DOTNET_ROOT="$folder"
  echo "$folder/dotnet"
}

compile() {
  local dotnet log="$temp/compile-$flavour-$$.log"
  dotnet="$(find_dotnet)"
  if ! (cd "$root" && "$dotnet" build build/_build.csproj --nologo -v q -clp:NoSummary --tl:off -nodeReuse:false \
      -p:UseSharedCompilation=false -p:NukeBuildOutput="$output/" "${properties[@]+"${properties[@]}"}") >"$log" 2>&1; then
    grep -E '(error|Error) ' "$log" | sed 's/ \[[^]]*\]$//' | sort -u >&2 || cat "$log" >&2
    rm -f "$log"
    echo "The build does not compile" >&2
    return 1
  fi
  rm -f "$log"
  printf '%s\n%s\n' "$dotnet" "$now" >"$stamp"
}

is_current() {
  [[ -f "$program" && -f "$stamp" && "$(tail -n +2 "$stamp")" == "$now" && -x "$(head -n 1 "$stamp")" ]]
}

now="$(fingerprint)"
if ! is_current; then
  mkdir -p "$temp"
  if command -v flock >/dev/null; then
    exec 9>"$temp/compile.lock"
    flock 9
  fi
  # Somebody else may have compiled meanwhile.
  is_current || compile
  exec 9>&-
fi

# The host looks for its runtime beside a private SDK.
dotnet="$(head -n 1 "$stamp")"
if [[ "$dotnet" == "$temp/"* ]]; then export DOTNET_ROOT="${dotnet%/*}"; fi
exec "$dotnet" "$program" "$@"
