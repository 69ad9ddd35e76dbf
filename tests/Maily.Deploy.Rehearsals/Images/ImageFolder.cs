using System.Net.Http.Headers;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Images;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Wires;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>One image in a folder of its own, with the sandbox's engine and registry; its name is its own, since the registry is shared.</summary>
sealed class ImageFolder : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-image-");
    readonly RunningSandbox sandbox;
    readonly string runs;

    ImageFolder(RunningSandbox sandbox, string runs) => (this.sandbox, this.runs) = (sandbox, Path.Combine(runs, folder.Name));

    public static async Task<ImageFolder> CreateAsync(SandboxFixture fixture) => new(await fixture.GetAsync(), fixture.Folder);

    public ImageSpec Image => new() { Name = folder.Name.ToLowerInvariant(), Context = folder.FullName };

    public ImageSettings Settings => ImageSettings.From(new Variables(sandbox.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox")))) with { Builder = BuilderChoice.Engine };

    /// <summary>The base that the sandbox made, by digest.</summary>
    public string Base => sandbox.Environment["MAILY_BASE_IMAGE"];

    public string Engine => sandbox.Environment["DOCKER_HOST"];

    public RunningSandbox Sandbox => sandbox;

    public void Write(string path, string text)
    {
        var file = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>A run of the given stages, with a journal in a folder of this image's.</summary>
    public DeploymentRun Run(params IStagePlanner[] stages) => new(runs, stages);

    public DeploymentRun BuildAndPush(ImageSettings? settings = null, ImageSpec? image = null) =>
        Run(new BuildImagesStage([image ?? Image], settings ?? Settings), new PushImagesStage([image ?? Image], settings ?? Settings));

    /// <summary>The digest under a tag of a repository of the sandbox's registry, or null.</summary>
    public async Task<string?> ServedAsync(string repository, string tag, CancellationToken cancellation) => (await ManifestAsync(repository, tag, cancellation))?.Digest;

    /// <summary>Puts a tag on what another tag or digest of the same repository names.</summary>
    public async Task TagAsync(string repository, string from, string tag, CancellationToken cancellation)
    {
        var manifest = (await ManifestAsync(repository, from, cancellation)).ShouldNotBeNull();
        using var http = new HttpClient();
        using var content = new ByteArrayContent(manifest.Content) { Headers = { ContentType = manifest.Type } };
        using var answer = await http.PutAsync(new Uri(Settings.Registry.Uri, $"v2/{repository}/manifests/{tag}"), content, cancellation);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Lets the wire to the registry be cut as soon as so many bytes of a layer have arrived there, and while that says so; gives how often it was.</summary>
    /// <param name="wire">The wire.</param>
    /// <param name="bytes">How many have arrived of a layer that is not complete.</param>
    /// <param name="complete">How many layers and configurations must be complete before.</param>
    /// <param name="goesOn">Whether it is cut again, after so many cuts.</param>
    public Func<int> CutAt(Wire wire, long bytes, int complete, Func<int, bool> goesOn)
    {
        var repository = Path.Combine(sandbox.Parts.Registry.ImagesFolder, "docker", "registry", "v2", "repositories", Image.Name);
        var cuts = 0;
        void Arm() => wire.Arm(1, _ =>
        {
            var due = Arrived(repository) >= bytes && Complete(repository) >= complete && goesOn(cuts);
            cuts += due ? 1 : 0;
            Arm();
            return Task.FromResult<WireFault?>(due ? WireFault.Cut : null);
        });
        Arm();
        return () => cuts;
    }

    static long Arrived(string repository) => Path.Combine(repository, "_uploads") is var uploads && Directory.Exists(uploads)
        ? new DirectoryInfo(uploads).EnumerateFiles("data", SearchOption.AllDirectories).Select(file => file.Exists ? file.Length : 0).DefaultIfEmpty().Max()
        : 0;

    static int Complete(string repository) => Path.Combine(repository, "_layers", "sha256") is var layers && Directory.Exists(layers) ? Directory.GetDirectories(layers).Length : 0;

    public void Dispose() => folder.Delete(recursive: true);

    async Task<(string Digest, MediaTypeHeaderValue? Type, byte[] Content)?> ManifestAsync(string repository, string tag, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Settings.Registry.Uri, $"v2/{repository}/manifests/{tag}"));
        foreach (var type in new[] { "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json" })
            request.Headers.Accept.ParseAdd(type);
        using var answer = await http.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode
            ? (answer.Headers.GetValues("Docker-Content-Digest").Single(), answer.Content.Headers.ContentType, await answer.Content.ReadAsByteArrayAsync(cancellation))
            : null;
    }
}
