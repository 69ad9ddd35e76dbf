using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Reports;
using Maily.Deploy.Tests.Deployments;

namespace Maily.Deploy.Tests.Reports;

public sealed class ReportTests : IDisposable
{
    readonly World world = new();

    public ReportTests()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new", StepKind.Additive)];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
    }

    [Theory]
    [InlineData(DeploymentOutcome.Succeeded, "")]
    [InlineData(DeploymentOutcome.RolledBack, "verify DeployK8s/eu")]
    [InlineData(DeploymentOutcome.NeedsAttention, "verify DeployK8s/eu, undo DeployK8s/eu")]
    public async Task The_report_of_a_real_deployment_follows_the_schema(DeploymentOutcome outcome, string faults)
    {
        var report = await DeployAsync(faults);

        report.Outcome.ShouldBe(outcome);
        report.Steps.Length.ShouldBe(2);
        FaultsOf(report).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_scans_found_is_told()
    {
        var scan = new ImageScan { Content = "c-1", Sbom = $"sha256:{new string('0', 64)}", Scanner = "trivy 0.66.0", Database = "2 of today", Findings = "critical 0, high 1", Ignored = "CVE-1", Policy = "p", At = DateTimeOffset.UnixEpoch };
        var report = await DeployAsync("") with
        {
            Scans = ImmutableSortedDictionary<string, ImageScan>.Empty.Add("api", scan).Add("web", new() { Content = "c-2", At = DateTimeOffset.UnixEpoch, Unscanned = "accepted: why" }),
        };

        FaultsOf(report).ShouldBeEmpty();
        foreach (var text in new[] { ReportText.Markdown(report), ReportText.Html(report) })
            new[] { "critical 0, high 1", "CVE-1", "trivy 0.66.0, database 2 of today", "not scanned: accepted: why" }.ShouldAllBe(part => text.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DeploymentOutcome.RolledBack, "")]
    [InlineData(DeploymentOutcome.NeedsAttention, "undo DeployK8s/eu")]
    public async Task The_report_of_a_rollback_follows_the_schema_and_says_that_it_is_one(DeploymentOutcome outcome, string faults)
    {
        await DeployAsync("");

        var report = await RollBackAsync(faults);

        report.Outcome.ShouldBe(outcome);
        FaultsOf(report).ShouldBeEmpty();
        ReportText.Markdown(report).ShouldContain("Rolled back by ada@laptop");
        ReportText.Html(report).ShouldContain("Rolled back by ada@laptop");
        ReportText.Markdown(report).Split('\n')[0].ShouldNotBe(ReportText.Markdown(report with { Rollback = null }).Split('\n')[0]);
        report.Leftovers.ShouldHaveSingleItem().ShouldBe("Migrate/1: left behind until retention cleans it");
        report.ToDo.IsEmpty.ShouldBe(faults == "");
    }

    [Theory]
    [InlineData("apply Migrate/1")]
    [InlineData("verify Migrate/1")]
    public async Task An_additive_step_that_ended_halfway_through_is_left_behind_too(string fault)
    {
        var report = await DeployAsync(fault);

        report.Outcome.ShouldBe(DeploymentOutcome.RolledBack);
        report.Leftovers.ShouldHaveSingleItem().ShouldStartWith("Migrate/1: ended halfway through");
    }

    [Fact]
    public async Task What_a_killed_deployment_left_behind_stands_in_the_report_of_its_rollback()
    {
        world.Far.At = moment => moment == "applied Migrate/1" || moment == "find Migrate/1" && world.Far["1"] is not null ? throw new IOException("killed") : Task.CompletedTask;
        world.Plan["Migrate"] = [world.Step("Migrate/2", "new"), world.Step("Migrate/1", "new", StepKind.Additive, "Migrate/2")];
        await world.DieAsync();

        var report = await RollBackAsync("");

        report.Outcome.ShouldBe(DeploymentOutcome.RolledBack);
        report.Leftovers.ShouldHaveSingleItem().ShouldStartWith("Migrate/1: ended halfway through");
        report.Undone.ShouldHaveSingleItem().ShouldStartWith("Migrate/2: ");
    }

    [Fact]
    public async Task What_an_earlier_rollback_undid_stands_in_the_report_of_the_next_one()
    {
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new"), world.Step("DeployK8s/us", "new", StepKind.Reversible, "DeployK8s/eu")];
        await DeployAsync("");
        (await RollBackAsync("undo DeployK8s/eu")).Undone.ShouldHaveSingleItem().ShouldStartWith("DeployK8s/us: ");

        var report = await RollBackAsync("");

        report.Outcome.ShouldBe(DeploymentOutcome.RolledBack);
        report.Undone.Order().ShouldBe(["DeployK8s/eu: eu is as it was", "DeployK8s/us: us is as it was"]);
    }

    [Fact]
    public async Task Where_nothing_could_be_undone_what_was_added_is_listed_all_the_same()
    {
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);

        var report = ReportComposer.Fill(Refused() with { Outcome = DeploymentOutcome.NeedsAttention }, deployment.State, []);

        report.Leftovers.ShouldHaveSingleItem().ShouldStartWith("Migrate/1: ");
    }

    [Fact]
    public void The_report_of_a_refused_deployment_follows_the_schema() =>
        FaultsOf(Refused()).ShouldBeEmpty();

    [Fact]
    public void The_schema_refuses_what_is_no_report()
    {
        var json = JsonNode.Parse(JsonSerializer.Serialize(Refused(), DeploymentJson.Readable))!.AsObject();
        json["version"] = 2;
        json["outcome"] = "fine";
        json["secret"] = "x";
        json.Remove("toDo");

        new SchemaValidator(Schema()).Validate(json).Count().ShouldBe(4);
    }

    [Theory]
    [InlineData("")]
    [InlineData("verify DeployK8s/eu")]
    [InlineData("verify DeployK8s/eu, undo DeployK8s/eu")]
    public async Task The_pages_for_people_say_what_the_json_says(string faults)
    {
        var report = await DeployAsync(faults);
        string[] said = [report.Id!, report.Commit, .. report.ToDo, .. report.Undone, .. report.Leftovers, .. report.Steps.Select(step => step.Id)];
        if (report.FirstCause is { } cause)
            said = [.. said, cause.Fact, cause.Evidence!, cause.Target];

        foreach (var text in said)
        {
            ReportText.Markdown(report).ShouldContain(text);
            WebUtility.HtmlDecode(ReportText.Html(report)).ShouldContain(text);
        }
    }

    [Fact]
    public void The_headline_says_the_outcome()
    {
        string[] headlines = [.. Enum.GetValues<DeploymentOutcome>().Select(outcome => ReportText.Markdown(Refused() with { Outcome = outcome }).Split('\n')[0])];

        headlines.Distinct().Count().ShouldBe(headlines.Length);
    }

    [Fact]
    public void The_html_page_shows_texts_as_texts()
    {
        var html = ReportText.Html(Refused() with
        {
            Environment = "<script>1</script>",
            FirstCause = new("<script>2</script>", "<script>3</script>", "<script>4</script>", "<script>5</script>"),
            Targets = [new("<script>6</script>", "failed", 1, "<script>7</script>")],
            ToDo = ["<script>8</script>"],
            Undone = ["<script>9</script>"],
            Leftovers = ["<script>10</script>"],
        });

        html.ShouldNotContain("<script>");
        html.Split("&lt;script&gt;").Length.ShouldBe(12);
    }

    [Fact]
    public void A_bar_in_a_markdown_cell_does_not_end_it() =>
        ReportText.Markdown(Refused() with { Targets = [new("A", "skipped", 0, "a|b\nc")] }).ShouldContain("| a\\|b c |");

    [Fact]
    public async Task The_three_files_are_written_side_by_side()
    {
        var folder = Directory.CreateTempSubdirectory("maily-report-");

        await ReportFiles.WriteAsync(folder.FullName, Refused(), World.Cancellation);

        folder.GetFiles().Select(file => file.Name).Order().ShouldBe(["report.html", "report.json", "report.md"]);
        folder.Delete(recursive: true);
    }

    public void Dispose() => world.Dispose();

    async Task<DeploymentReport> DeployAsync(string faults)
    {
        world.Far.At = moment => faults.Split(", ").Contains(moment) ? throw new IOException("cut <here>") : Task.CompletedTask;
        await using var deployment = await world.StartAsync();
        Exception? failure = null;
        try
        {
            await deployment.RunStageAsync("Migrate", StopSignals.None);
            await deployment.RunStageAsync("DeployK8s", StopSignals.None);
        }
        catch (IOException first)
        {
            failure = first;
            await deployment.CompensateAsync(World.Cancellation);
        }

        await deployment.EndAsync(failure is null, World.Cancellation);
        return ReportComposer.Fill(Refused() with
        {
            Id = deployment.Context.Id.Value, Outcome = deployment.OutcomeOf(failure is null),
            FirstCause = failure is null ? null : new("DeployK8s", failure.Message, "evidence", null),
        }, deployment.State, deployment.Compensated);
    }

    async Task<DeploymentReport> RollBackAsync(string fault)
    {
        world.Far.At = moment => moment == fault ? throw new IOException("cut <here>") : Task.CompletedTask;
        DeploymentReport? report = null;
        await world.RollbackAsync(new RollbackOptions
        {
            ToNothing = true,
            Ended = undone =>
            {
                report = ReportComposer.OfRollback(undone, new("ada@laptop", undone.NowLive?.Deployment.Value, TimeProvider.System.GetUtcNow()), TimeProvider.System.GetUtcNow(), text => text);
                return Task.CompletedTask;
            },
        });
        return report.ShouldNotBeNull();
    }

    static DeploymentReport Refused() => new()
    {
        Environment = "production", Commit = new string('a', 40), Outcome = DeploymentOutcome.Refused,
        StartedAt = DateTimeOffset.UnixEpoch, EndedAt = DateTimeOffset.UnixEpoch.AddSeconds(2),
        FirstCause = new("Validate", "VERCEL_TOKEN is not set.", null, "Export it."),
        Targets = [new("Validate", "failed", 0.5, null), new("Prepare", "notRun", 0, null)],
        FarSides = new(new Dictionary<string, string>(), [], null),
    };

    static IEnumerable<string> FaultsOf(DeploymentReport report) =>
        new SchemaValidator(Schema()).Validate(JsonNode.Parse(JsonSerializer.Serialize(report, DeploymentJson.Readable)));

    static JsonObject Schema([CallerFilePath] string here = "") => JsonNode.Parse(File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Maily.Deploy/Reports/report.schema.json")))!.AsObject();
}
