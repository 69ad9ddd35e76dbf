using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Drift;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Reports;

namespace Maily.Deploy.Tests.Drift;

public sealed class DriftRunTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-drift-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    FileDeploymentStore Store => new(folder.FullName, TimeProvider.System);

    [Fact]
    public async Task Nothing_released_is_nothing_to_compare()
    {
        var report = await CompareAsync(Finding("region eu", new DriftFinding("Service a", DriftKind.Missing)));

        report.IsAsReleased.ShouldBeTrue();
        report.Parts.ShouldHaveSingleItem().State.ShouldBe(DriftState.NotCompared);
        DriftText.Headline(report).ShouldBe("Nothing was released to production yet");
    }

    [Fact]
    public async Task Each_part_is_compared_and_one_that_cannot_be_hides_no_other()
    {
        await ReleaseAsync();

        var report = await CompareAsync(
            Finding("region eu"), new("database", () => throw new MissingVariableException("RESTORE_CHECK_URL")),
            new("region us", () => throw new ReleaseUnknownException(Record(), new() { Name = "us", Context = "us", Overlay = "/" }, "its commit is gone", "Fetch it.")),
            Finding("frontend", new DriftFinding("production deployment", DriftKind.Changed) { Fields = [new("targets.production.id", "dpl_1", "dpl_2", null)] }));

        report.IsAsReleased.ShouldBeFalse();
        report.Parts.Select(part => part.State).ShouldBe([DriftState.AsReleased, DriftState.NotCompared, DriftState.Unknown, DriftState.Drifted]);
        DriftText.Lines(report).ShouldBe(
        [
            "region eu: as released, all",
            "database: not compared, RESTORE_CHECK_URL is not set.",
            $"region us: unknown, What {Record().Deployment} applied to us cannot be told: its commit is gone. Fetch it.",
            "frontend: drifted, all",
            "  production deployment: targets.production.id is dpl_2, released was dpl_1",
        ]);
    }

    [Fact]
    public async Task What_lacks_only_its_settings_is_no_drift_and_what_stays_unknown_is()
    {
        await ReleaseAsync();

        (await CompareAsync(new DriftSource("database", () => throw new MissingVariableException("X")))).IsAsReleased.ShouldBeTrue();
        var unknown = await CompareAsync(new DriftSource("database", () => throw new MalformedVariableException("X", "an address")));

        unknown.IsAsReleased.ShouldBeFalse();
        DriftText.Headline(unknown).ShouldBe("Whether production is what was released is not known");
    }

    [Fact]
    public async Task The_report_follows_its_schema_and_its_texts_say_the_same_without_the_secrets_that_are_taken_out()
    {
        await ReleaseAsync();
        var report = await CompareAsync(Finding("region <eu>", new DriftFinding("Service a|b", DriftKind.Extra, "applied by hunter22"),
            new DriftFinding("Deployment a", DriftKind.Changed) { Fields = [new(".spec.replicas", "2", "3", "kubectl-edit (Update, today)"), new(".spec.paused", null, "true", null)] }));

        var path = await DriftFiles.WriteAsync(Path.Combine(folder.FullName, "drift"), report, text => text.Replace("hunter22", "***", StringComparison.Ordinal), Cancellation);

        var json = await File.ReadAllTextAsync(Path.ChangeExtension(path, ".json"), Cancellation);
        var html = await File.ReadAllTextAsync(Path.ChangeExtension(path, ".html"), Cancellation);
        var markdown = await File.ReadAllTextAsync(path, Cancellation);
        new SchemaValidator(Schema()).Validate(JsonNode.Parse(json)).ShouldBeEmpty();
        markdown.ShouldContain("| Deployment a | changed | .spec.replicas | 2 | 3 | kubectl-edit (Update, today) |");
        markdown.ShouldContain("Service a\\|b");
        html.ShouldContain("Region &lt;eu&gt;");
        foreach (var text in new[] { json, html, markdown })
            text.ShouldNotContain("hunter22");
    }

    [Fact]
    public async Task A_deployment_at_work_is_named()
    {
        await ReleaseAsync();
        var holder = new LeaseHolder("20261124T000000Z-dfce3c5-k7m2", "ada", "laptop", 1);
        var lease = (await Store.TryAcquireAsync("production", holder, TimeSpan.FromMinutes(1), Cancellation)).Lease;
        var at = TimeProvider.System.GetUtcNow();
        var header = new DeploymentHeader(holder.Deployment, "production", new string('a', 40), "ada@laptop", at, [], []);
        await Store.AppendAsync(lease, DeploymentId.Parse(holder.Deployment),
            new() { Sequence = 1, At = at, FencingNumber = lease.FencingNumber, Event = JournalEvent.Started, Text = JsonSerializer.Serialize(header, DeploymentJson.Line) }, Cancellation);

        var report = await CompareAsync(Finding("region eu"));

        report.AtWork.ShouldBe(holder.Deployment);
        DriftText.Markdown(report).ShouldContain($"{holder.Deployment} is at work");
    }

    public void Dispose() => folder.Delete(recursive: true);

    Task<DriftReport> CompareAsync(params DriftSource[] sources) => new DriftRun([.. sources], Store, TimeProvider.System).CompareAsync("production", Cancellation);

    static DriftSource Finding(string name, params DriftFinding[] findings) => new(name, () => new Fixed(findings));

    async Task ReleaseAsync()
    {
        await Store.PrepareAsync(Cancellation);
        var lease = (await Store.TryAcquireAsync("production", new("d", "ada", "laptop", 1), TimeSpan.FromMinutes(1), Cancellation)).Lease;
        await Store.AddReleaseAsync(lease, Record(), Cancellation);
        await Store.ReleaseAsync(lease, Cancellation);
    }

    static ReleaseRecord Record() => new() { Deployment = DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2"), Environment = "production", Commit = new string('d', 40), At = DateTimeOffset.UnixEpoch };

    static JsonObject Schema([CallerFilePath] string here = "") => JsonNode.Parse(File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Maily.Deploy/Drift/drift.schema.json")))!.AsObject();

    sealed class Fixed(DriftFinding[] findings) : IDriftComparison
    {
        public Task<DriftPart> CompareAsync(string name, ReleasedState release, CancellationToken cancellation) => Task.FromResult(DriftPart.Compared(name, "all", findings));
    }
}
