using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Engine;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>What an image is built on is part of it: by digest, however the Dockerfile names it.</summary>
public sealed class BaseImageTests(SandboxFixture fixture) : IAsyncLifetime
{
    const string Repository = "maily-base";

    ImageFolder folder = null!;
    string first = "";
    string second = "";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Tag => folder.Image.Name;

    public async ValueTask InitializeAsync()
    {
        folder = await ImageFolder.CreateAsync(fixture);
        first = folder.Base.Split('@')[1];
        second = await PushBaseAsync("two");
        await folder.TagAsync(Repository, first, Tag, Token);
        folder.Write("Dockerfile", $"# a comment\nFROM {folder.Settings.Registry}/{Repository}:{Tag}\nRUN [\"/bin/sh\", \"-c\", \"true\"]\n");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_base_that_moves_is_other_content_and_one_that_moves_back_is_found_again()
    {
        var before = await BuildAsync();
        await folder.TagAsync(Repository, second, Tag, Token);
        var after = await BuildAsync();

        after["content"].ShouldNotBe(before["content"]);
        before["bases"].ShouldBe($"{folder.Settings.Registry}/{Repository}:{Tag}={first}");
        after["bases"].ShouldBe($"{folder.Settings.Registry}/{Repository}:{Tag}={second}");
        (await LabelAsync(after["reference"]!, "which")).ShouldBe("two");
        await folder.TagAsync(Repository, first, Tag, Token);
        (await BuildAsync())["content"].ShouldBe(before["content"]);
    }

    [Fact]
    public async Task A_base_is_looked_up_once_and_one_that_moves_between_two_stages_changes_nothing()
    {
        var moving = new Moving(() => folder.TagAsync(Repository, second, Tag, Token));
        var settings = folder.Settings;

        var run = await folder.Run(new BuildImagesStage([folder.Image], settings), moving, new PushImagesStage([folder.Image], settings)).RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        (await folder.ServedAsync(Repository, Tag, Token)).ShouldBe(second);
        run.Outputs("PushImages", folder.Image.Name)["content"].ShouldBe(run.Outputs("BuildImages", folder.Image.Name)["content"]);
        (await LabelAsync(run.Outputs("BuildImages", folder.Image.Name)["reference"]!, "which")).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_looked_up_is_what_is_built_from_even_if_the_tag_moves_before_the_build()
    {
        var build = (await new BuildImagesStage([folder.Image], folder.Settings).PlanAsync(ContextOf(), Token)).Single();
        await folder.TagAsync(Repository, second, Tag, Token);

        var run = await folder.Run(new Planned("BuildImages", build)).RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        (await LabelAsync(run.Outputs("BuildImages", folder.Image.Name)["reference"]!, "which")).ShouldBeNull();
    }

    [Fact]
    public async Task A_base_that_only_the_engine_has_is_taken_from_there()
    {
        var name = $"{Tag}-local:1";
        using var engine = new EngineClient(folder.Engine);
        await using var context = Context($"FROM {folder.Base}\nLABEL which=local\n");
        await engine.BuildAsync(name, context, Token);
        folder.Write("Dockerfile", $"FROM {name}\nRUN [\"/bin/sh\", \"-c\", \"true\"]\n");

        var outputs = await BuildAsync();

        outputs["bases"].ShouldNotBeNull().ShouldStartWith($"{name}=local+sha256:");
        (await LabelAsync(outputs["reference"]!, "which")).ShouldBe("local");
    }

    async Task<StepOutputs> BuildAsync()
    {
        var run = await folder.Run(new BuildImagesStage([folder.Image], folder.Settings)).RunAsync(ImageFolder.Commit, Token);
        run.Failure.ShouldBeNull();
        return run.Outputs("BuildImages", folder.Image.Name);
    }

    async Task<string> PushBaseAsync(string label)
    {
        using var engine = new EngineClient(folder.Engine);
        await using var context = Context($"FROM {folder.Base}\nLABEL which={label}\n");
        await engine.BuildAsync($"{folder.Settings.Registry}/{Repository}:{label}", context, Token);
        return await engine.PushAsync($"{folder.Settings.Registry}/{Repository}", label, Token);
    }

    Task<string?> LabelAsync(string reference, string name) => EngineImages.LabelAsync(folder.Engine, reference, name, Token);

    DeploymentContext ContextOf() => new()
    {
        Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "sandbox", Commit = ImageFolder.Commit, Folder = "",
        Log = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Time = TimeProvider.System,
    };

    static MemoryStream Context(string dockerfile) => new(Archive("Dockerfile", dockerfile));

    internal static byte[] Archive(string path, string text)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return archive.ToArray();
    }

    /// <summary>A stage without steps that does something when it is planned.</summary>
    sealed class Moving(Func<Task> move) : IStagePlanner
    {
        public string Stage => "Backup";

        public ImmutableArray<ICompensator> Compensators => [];

        public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
        {
            await move();
            return [];
        }
    }

    /// <summary>A stage whose step was planned before.</summary>
    sealed class Planned(string stage, Step step) : IStagePlanner
    {
        public string Stage => stage;

        public ImmutableArray<ICompensator> Compensators => [];

        public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult<ImmutableArray<Step>>([step]);
    }
}

/// <summary>What an engine says of its images.</summary>
static class EngineImages
{
    /// <summary>A label of an image; null where it has none of that name.</summary>
    public static async Task<string?> LabelAsync(string engine, string reference, string name, CancellationToken cancellation)
    {
        using var image = await InspectAsync(engine, reference, cancellation);
        return image.RootElement.GetProperty("Config").GetProperty("Labels") is { ValueKind: JsonValueKind.Object } labels && labels.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>All labels.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> LabelsAsync(string engine, string reference, CancellationToken cancellation)
    {
        using var image = await InspectAsync(engine, reference, cancellation);
        return image.RootElement.GetProperty("Config").GetProperty("Labels").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
    }

    static async Task<JsonDocument> InspectAsync(string engine, string reference, CancellationToken cancellation) => JsonDocument.Parse(await new Processes.ProcessRunner(TimeProvider.System).RunAsync(
        Processes.CommandLine.Of("curl", "--silent", "--fail", "--unix-socket", new Uri(engine).AbsolutePath, $"http://engine/images/{reference}/json"), onLine: null, cancellation));
}
