using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>
/// An executable in the place of the docker CLI that knows buildx as far as it is called: it records what it is asked, refuses with buildx's
/// words what buildx refuses, reads the archive on its standard input, asks the credential helper of its configuration, and answers a
/// build with a prepared image. What it cannot show is what BuildKit makes of a Dockerfile.
/// </summary>
sealed class RecordingBuildx
{
    const string Script =
        """
        #!/bin/bash
        here=$(dirname "$0")
        fail() { echo "ERROR: $1" >&2; exit 1; }
        echo "$DOCKER_HOST docker $*" >> "$here/calls"
        driver=$(cat "$here/driver")
        [ "$1" = buildx ] || { echo "docker: '$1' is not known here" >&2; exit 1; }
        case "$2" in
          version) echo "github.com/docker/buildx v0.19.3 48d6a3927a8a"; exit 0 ;;
          inspect) printf 'Name: maily\nDriver: %s\n\nNodes:\nName: maily0\nStatus: running\nBuildKit version: v0.17.2\nPlatforms: linux/amd64, linux/arm64\n' "$driver"; exit 0 ;;
          build) shift 2 ;;
          *) fail "unknown command $2" ;;
        esac
        declare -A one; context=()
        while [ $# -gt 0 ]; do
          case "$1" in
            --progress|--file|--platform|--provenance|--sbom|--cache-from|--cache-to|--output|--tag) one[$1]=$2; shift 2 ;;
            --build-arg|--label) [[ "$2" == *=* ]] || fail "invalid argument $2"; shift 2 ;;
            --load) one[--load]=1; shift ;;
            -) context+=("-"); shift ;;
            -*) fail "unknown flag: $1" ;;
            *) context+=("$1"); shift ;;
          esac
        done
        [ ${#context[@]} = 1 ] || fail "\"docker buildx build\" requires exactly 1 argument."
        if [ "$driver" = docker ]; then
          [[ "${one[--platform]}" != *,* ]] || fail "Multi-platform build is not supported for the docker driver."
          [ -z "${one[--cache-to]}" ] || fail "Cache export is not supported for the docker driver."
          [ "${one[--provenance]:-false}" = false ] && [ -z "${one[--sbom]}" ] || fail "Attestation is not supported for the docker driver."
          [[ "${one[--output]}" != type=oci* ]] || fail "OCI exporter is not supported for the docker driver."
        fi
        [ -n "${one[--load]}" ] && [[ "${one[--platform]}" == *,* ]] && fail "docker exporter does not currently support exporting manifest lists"
        tar -xf - -C "$here/received" || fail "failed to read the context from stdin"
        [ -f "$here/received/${one[--file]}" ] || fail "failed to solve: failed to read dockerfile: open ${one[--file]}: no such file or directory"
        if [ -f "$DOCKER_CONFIG/config.json" ]; then
          host=$(sed -n 's/.*"credHelpers":{"\([^"]*\)":"maily".*/\1/p' "$DOCKER_CONFIG/config.json")
          [ -z "$host" ] || echo "$host" | docker-credential-maily get > "$here/login"
        fi
        if [ -f "$here/failure" ]; then cat "$here/failure" >&2; exit 1; fi
        echo "#5 [linux/amd64 1/2] FROM base" >&2
        dest=$(sed -n 's/^type=oci,dest=\([^,]*\).*/\1/p' <<< "${one[--output]}")
        [ -n "$dest" ] && { cp "$here/image.tar" "$dest" || fail "failed to create $dest"; }
        exit 0
        """;

    readonly string folder;

    public RecordingBuildx(string folder, string driver = "docker-container")
    {
        this.folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "received"));
        File.WriteAllText(Cli, Script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Cli, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(folder, "driver"), driver);
    }

    /// <summary>The executable.</summary>
    public string Cli => Path.Combine(folder, "docker");

    /// <summary>All calls so far.</summary>
    public string Calls => File.ReadAllText(Path.Combine(folder, "calls"));

    /// <summary>What the credential helper answered.</summary>
    public string Login => File.ReadAllText(Path.Combine(folder, "login"));

    /// <summary>A file of the context that it received.</summary>
    public string Received(string path) => File.ReadAllText(Path.Combine(folder, "received", path));

    /// <summary>Lets builds fail with these lines.</summary>
    public void Fail(string lines) => File.WriteAllText(Path.Combine(folder, "failure"), lines + "\n");

    /// <summary>Prepares the image that builds answer: two platforms, each with one layer of so many random bytes; gives its digest.</summary>
    public string Prepare(int bytes) => Prepare(RandomNumberGenerator.GetBytes(bytes), RandomNumberGenerator.GetBytes(bytes));

    /// <summary>Prepares an image whose platforms each have that layer; gives its digest.</summary>
    public string Prepare(params byte[][] layers)
    {
        using var archive = new TarWriter(File.Create(Path.Combine(folder, "image.tar")));
        string Blob(byte[] content)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(content));
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"blobs/sha256/{digest}") { DataStream = new MemoryStream(content) });
            return $"sha256:{digest}";
        }

        byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value);
        object Described(string type, byte[] content, object? platform = null) => platform is null
            ? new { mediaType = type, digest = Blob(content), size = content.Length }
            : new { mediaType = type, digest = Blob(content), size = content.Length, platform };
        var manifests = new[] { "amd64", "arm64" }.Select((architecture, at) => Described("application/vnd.oci.image.manifest.v1+json", Json(new
        {
            schemaVersion = 2, mediaType = "application/vnd.oci.image.manifest.v1+json",
            config = Described("application/vnd.oci.image.config.v1+json", Json(new { architecture, os = "linux", created = "2020-01-01T00:00:00Z", rootfs = new { type = "layers", diff_ids = Array.Empty<string>() } })),
            layers = new[] { Described("application/vnd.oci.image.layer.v1.tar", layers[at]) },
        }), new { architecture, os = "linux" })).ToArray();
        var index = Json(new { schemaVersion = 2, mediaType = "application/vnd.oci.image.index.v1+json", manifests });
        var digest = Blob(index);
        void File_(string name, byte[] content) => archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        File_("oci-layout", Encoding.UTF8.GetBytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
        File_("index.json", Json(new { schemaVersion = 2, manifests = new[] { new { mediaType = "application/vnd.oci.image.index.v1+json", digest, size = index.Length } } }));
        return digest;
    }
}
