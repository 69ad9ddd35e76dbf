using System.Text.Json.Nodes;
using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.GitOps;

public sealed class ApplicationProgressTests
{
    const string Old = "0000000000000000000000000000000000000000";
    const string New = "1111111111111111111111111111111111111111";

    static readonly ArgoPatience Patience = new() { Total = TimeSpan.FromMinutes(10), NoActivity = TimeSpan.FromMinutes(1), Tolerance = TimeSpan.FromSeconds(10), Refresh = TimeSpan.FromSeconds(5) };

    readonly FakeTimeProvider time = new();

    // Before the refresh all is well, with the commit before.
    static string Before => Status(Old, "10:00:00", "Healthy", Operation("Succeeded", Old, "09:59:50", "09:59:55"));

    [Fact]
    public void What_it_said_before_the_refresh_does_not_count()
    {
        var progress = Begin();

        progress.Decide(Application(Before, refresh: true), IsNew).ShouldBe(ArgoNext.Wait);
        progress.Text.ShouldBe("waits until Argo CD looks at the repository");
        progress.Decide(Application(Before), IsNew).ShouldBe(ArgoNext.Wait);
        progress.Text.ShouldBe("was compared with 0000000, wanted is 1111111");
    }

    [Fact]
    public void Synced_and_healthy_with_the_commit_before_is_asked_for_again_after_a_while()
    {
        var progress = Begin();
        var late = Application(Status(Old, "10:01:00", "Healthy"));

        progress.Decide(late, IsNew).ShouldBe(ArgoNext.Wait);
        time.Advance(TimeSpan.FromSeconds(6));
        progress.Decide(late, IsNew).ShouldBe(ArgoNext.Refresh);
        progress.Decide(late, IsNew).ShouldBe(ArgoNext.Wait);
        progress.Text.ShouldBe("was compared with 0000000, wanted is 1111111");
    }

    [Fact]
    public void A_later_commit_with_the_same_content_is_as_good() =>
        Begin().Decide(Application(Status("2222222222222222222222222222222222222222", "10:01:00", "Healthy")), revision => revision[0] is '1' or '2').ShouldBe(ArgoNext.Healthy);

    [Fact]
    public void It_goes_through_out_of_sync_syncing_progressing_and_healthy()
    {
        var progress = Begin();

        progress.Decide(Application(Status(New, "10:01:00", "Healthy", sync: "OutOfSync")), IsNew).ShouldBe(ArgoNext.Sync);
        progress.Decide(Application(Status(New, "10:01:00", "Healthy", Operation("Running", New, "10:01:01", null), sync: "OutOfSync"), operates: true), IsNew).ShouldBe(ArgoNext.Wait);
        // Synced is said of what was compared before the operation ended.
        progress.Decide(Application(Status(New, "10:01:00", "Healthy", Operation("Succeeded", New, "10:01:01", "10:01:05"))), IsNew).ShouldBe(ArgoNext.Wait);
        progress.Decide(Application(Status(New, "10:01:05", "Progressing", Operation("Succeeded", New, "10:01:01", "10:01:05"))), IsNew).ShouldBe(ArgoNext.Synced);
        progress.Decide(Application(Status(New, "10:01:05", "Healthy", Operation("Succeeded", New, "10:01:01", "10:01:05"))), IsNew).ShouldBe(ArgoNext.Healthy);
    }

    [Fact]
    public void One_that_syncs_by_itself_is_left_to_it_unless_its_folder_is_empty_or_it_gave_up()
    {
        var outOfSync = Application(Status(New, "10:01:00", "Healthy", sync: "OutOfSync"), automated: true);

        Begin().Decide(outOfSync, IsNew).ShouldBe(ArgoNext.Wait);
        Begin(mustOperate: true).Decide(outOfSync, IsNew).ShouldBe(ArgoNext.Sync);
        var skipped = Status(New, "10:01:00", "Healthy", sync: "OutOfSync", condition: "SyncError");
        Begin(mustOperate: true).Decide(Application(skipped, automated: true), IsNew).ShouldBe(ArgoNext.Sync);
        var gaveUp = Status(New, "10:01:00", "Healthy", Operation("Failed", New, "09:59:50", "09:59:55"), sync: "OutOfSync");
        Begin().Decide(Application(gaveUp, automated: true), IsNew).ShouldBe(ArgoNext.Sync);
    }

    [Fact]
    public void An_operation_that_failed_since_ends_it_with_what_the_cluster_said()
    {
        var failed = Operation("Failed", New, "10:01:01", "10:01:05", """[{"kind":"Deployment","namespace":"maily","name":"api","status":"SyncFailed","message":"field is immutable"}]""");

        var failure = Should.Throw<ApplicationFailedException>(() => Begin().Decide(Application(Status(New, "10:01:05", "Healthy", failed, sync: "OutOfSync")), IsNew));

        failure.Fact.ShouldContain("could not sync: Failed");
        failure.Evidence.ShouldNotBeNull().ShouldContain("Deployment maily/api: SyncFailed, field is immutable");
    }

    [Fact]
    public void An_operation_that_failed_for_another_commit_is_not_ours() =>
        Begin().Decide(Application(Status(Old, "10:01:05", "Healthy", Operation("Failed", Old, "10:01:01", "10:01:05"), sync: "OutOfSync")), IsNew).ShouldBe(ArgoNext.Wait);

    [Fact]
    public void Degraded_health_and_errors_may_pass_for_a_while()
    {
        foreach (var status in new[] { Status(New, "10:01:00", "Degraded"), Status(New, "10:01:00", "Healthy", sync: "Unknown", condition: "ComparisonError") })
        {
            var progress = Begin();
            Should.NotThrow(() => progress.Decide(Application(status), IsNew));
            time.Advance(TimeSpan.FromSeconds(11));
            Should.Throw<ApplicationFailedException>(() => progress.Decide(Application(status), IsNew));
        }
    }

    [Fact]
    public void Degraded_health_that_got_better_meanwhile_counts_anew()
    {
        var progress = Begin();
        foreach (var health in new[] { "Degraded", "Progressing", "Degraded" })
        {
            progress.Decide(Application(Status(New, "10:01:00", health)), IsNew).ShouldBe(ArgoNext.Synced);
            time.Advance(TimeSpan.FromSeconds(9));
        }
    }

    [Fact]
    public void Nothing_happening_ends_it_before_the_total_time_does_and_a_dead_controller_is_named()
    {
        var progress = Begin();
        progress.Decide(Application(Before, refresh: true), IsNew);
        time.Advance(TimeSpan.FromSeconds(61));

        var failure = Should.Throw<ApplicationFailedException>(() => progress.Decide(Application(Before, refresh: true), IsNew));

        failure.Fact.ShouldContain("did not change for 60 seconds");
        failure.Remedy.ShouldContain("application controller runs");
    }

    [Theory]
    [InlineData("Progressing", 61)]
    [InlineData("Degraded", 11)]
    public void The_time_of_its_rollouts_is_neither_silence_nor_a_lasting_fault(string health, int seconds)
    {
        var (progress, status) = (Begin(), Application(Status(New, "10:01:00", health)));
        progress.Decide(status, IsNew).ShouldBe(ArgoNext.Synced);
        time.Advance(TimeSpan.FromMinutes(5));
        progress.Resume();

        progress.Decide(status, IsNew).ShouldBe(ArgoNext.Synced);
        time.Advance(TimeSpan.FromSeconds(seconds));
        Should.Throw<ApplicationFailedException>(() => progress.Decide(status, IsNew));
    }

    [Fact]
    public void Taking_up_a_refresh_and_finding_the_same_is_nothing_that_happens()
    {
        var progress = Begin();
        var failure = Should.Throw<ApplicationFailedException>(() =>
        {
            for (var second = 0; second < 120; second += 6)
            {
                progress.Decide(Application(Before, refresh: second % 12 == 0), IsNew);
                time.Advance(TimeSpan.FromSeconds(6));
            }
        });

        failure.Fact.ShouldContain("did not change for 60 seconds");
    }

    [Fact]
    public void What_goes_on_for_ever_ends_with_the_total_time()
    {
        var progress = Begin();
        var failure = Should.Throw<ApplicationFailedException>(() =>
        {
            for (var second = 0; second < 60 * 20; second += 30)
            {
                progress.Decide(Application(Status(New, "10:01:00", "Progressing", message: $"{second} pods")), IsNew);
                time.Advance(TimeSpan.FromSeconds(30));
            }
        });

        failure.Fact.ShouldContain("is not done after 10 minutes");
    }

    [Fact]
    public void One_that_stays_out_of_sync_after_its_sync_says_what_differs()
    {
        var progress = Begin();
        var stays = Application(Status(New, "10:01:05", "Healthy", Operation("Succeeded", New, "10:01:01", "10:01:05"), sync: "OutOfSync",
            resources: """[{"kind":"ConfigMap","namespace":"maily","name":"old","status":"OutOfSync","requiresPruning":true}]"""));
        progress.Decide(stays, IsNew).ShouldBe(ArgoNext.Wait);
        time.Advance(TimeSpan.FromSeconds(11));

        Should.Throw<ApplicationFailedException>(() => progress.Decide(stays, IsNew)).Evidence.ShouldNotBeNull().ShouldContain("ConfigMap maily/old: is to be removed");
    }

    ApplicationProgress Begin(bool mustOperate = false) => new(Application(Before), New, mustOperate, Patience, time);

    static bool IsNew(string revision) => revision == New;

    static ArgoApplication Application(string status, bool refresh = false, bool automated = false, bool operates = false) => new(new KubernetesObject(JsonNode.Parse($$"""
        {"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"maily-eu","namespace":"argocd","annotations":{{{(refresh ? "\"argocd.argoproj.io/refresh\":\"normal\"" : "")}}} },
         "spec":{"syncPolicy":{{{(automated ? "\"automated\":{\"prune\":true}" : "")}}} },{{(operates ? "\"operation\":{}," : "")}}"status":{{status}} }
        """)!.AsObject()));

    static string Operation(string phase, string revision, string began, string? ended, string resources = "[]") => $$"""
        {"phase":"{{phase}}","message":"words","startedAt":"2026-11-23T{{began}}Z"{{(ended is null ? "" : $",\"finishedAt\":\"2026-11-23T{ended}Z\"")}},"syncResult":{"revision":"{{revision}}","resources":{{resources}} } }
        """;

    static string Status(string revision, string at, string health, string? operation = null, string sync = "Synced", string? condition = null, string resources = "[]", string message = "") => $$"""
        {"sync":{"status":"{{sync}}","revision":"{{revision}}"},"health":{"status":"{{health}}","message":"{{message}}"},"reconciledAt":"2026-11-23T{{at}}Z","resources":{{resources}}
         {{(operation is null ? "" : $",\"operationState\":{operation}")}}{{(condition is null ? "" : $",\"conditions\":[{{\"type\":\"{condition}\",\"message\":\"cannot read\"}}]")}} }
        """;
}
