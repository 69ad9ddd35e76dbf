using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
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
