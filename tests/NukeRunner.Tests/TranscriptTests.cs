using NukeRunner.Tests.Samples;

namespace NukeRunner.Tests;

/// <summary>The runs that were recorded on the real NUKE, as they must be here.</summary>
public sealed class TranscriptTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void The_help_is_that_of_the_real_one()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--help").ShouldBe(0);
        run.Output.ShouldContain(
            """
            Targets (with their direct dependencies):

              Validate            
                Validates everything
              BuildImages          -> Validate
              Migrate              -> Backup
              Frontend             -> Validate
              Deploy (default)     -> BuildImages, Migrate, Frontend, Flaky
              Notify              
              Flaky               
              NeedsParam          
              Noop                
              Backup              

            Parameters:

              --backup-directory   Backup dir.
              --break              <no description>
              --must-have          <no description>
              --names              Names.
              --region             Region to deploy to.
              --skip-frontend      <no description>
              --vercel-token       A token.

              --continue           Indicates to continue a previously failed build attempt.
            """);
        run.Output.ShouldContain(
            """
              --skip               List of targets to be skipped. Empty list skips all
                                   dependencies.
              --target             List of targets to be invoked. Default is 'Deploy'.
              --verbosity          Logging verbosity during build execution. Default is
                                   'Normal'.
            """);
    }

    [Fact]
    public void A_skipped_target_takes_what_only_it_needs_with_it()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--skip", "Migrate").ShouldBe(0);
        Summary().ShouldBe(
            """
            ═══════════════════════════════════════
            Target             Status      Duration
            ───────────────────────────────────────
            Backup             Skipped                // Skipped: because of Migrate
            Validate           Succeeded     < 1sec
            BuildImages        Succeeded     < 1sec
            Migrate            Skipped                // Skipped: via parameter
            Flaky              Skipped                // OnlyWhen: Environment.GetEnvironmentVariable("FLAKY") == "1"
            Frontend           Succeeded     < 1sec
            Deploy             Succeeded     < 1sec
            Notify             Succeeded     < 1sec
            ───────────────────────────────────────
            Total                            < 1sec
            ═══════════════════════════════════════

            Build succeeded on 
            """);
    }

    [Fact]
    public void Skip_without_names_skips_all_that_was_not_asked_for()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--skip").ShouldBe(0);
        Rows().ShouldBe(
            """
            Backup             Skipped                // Skipped: via parameter
            Validate           Skipped                // Skipped: via parameter
            BuildImages        Skipped                // Skipped: via parameter
            Migrate            Skipped                // Skipped: via parameter
            Flaky              Skipped                // Skipped: via parameter, OnlyWhen: Environment.GetEnvironmentVariable("FLAKY") == "1"
            Frontend           Skipped                // Skipped: via parameter
            Deploy             Skipped                // Skipped: via parameter
            Notify             Skipped                // Skipped: because of Deploy
            """);
    }

    [Fact]
    public void A_target_that_was_asked_for_is_never_skipped()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "Deploy", "--skip", "Deploy").ShouldBe(0);
        Rows().ShouldBe(
            """
            Backup             Skipped                // Skipped: because of Migrate
            Validate           Skipped                // Skipped: because of Frontend
            BuildImages        Skipped                // Skipped: because of Deploy
            Migrate            Skipped                // Skipped: because of Deploy
            Flaky              Skipped                // Skipped: because of Deploy, OnlyWhen: Environment.GetEnvironmentVariable("FLAKY") == "1"
            Frontend           Skipped                // Skipped: because of Deploy
            Deploy             Succeeded     < 1sec
            Notify             Skipped                // Skipped: because of Deploy
            """);
    }

    [Fact]
    public void A_failure_stops_the_rest_but_not_what_is_assured()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--break").ShouldBe(255);
        Rows().ShouldBe(
            """
            Backup             Succeeded     < 1sec
            Validate           Succeeded     < 1sec
            BuildImages        Succeeded     < 1sec
            Migrate            Failed        < 1sec   // Exception: boom
            Flaky              Skipped                // OnlyWhen: Environment.GetEnvironmentVariable("FLAKY") == "1"
            Frontend           NotRun              
            Deploy             NotRun              
            Notify             Succeeded     < 1sec
            """);
        run.Output.ShouldContain(
            """
            ╬══════════════════════
            ║ Errors & Warnings
            ╬═════════════
            """);
        run.Output.ShouldContain("[WRN] Migrate: a warning\n[ERR] Migrate: Target Migrate has thrown an exception\n");
        run.Output.ShouldContain("Build failed on ");
    }

    [Fact]
    public void Continue_skips_what_succeeded_before()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--break").ShouldBe(255);
        var first = run.Output.Length;
        run.Start<TranscriptBuild>(x => x.Deploy, "--continue").ShouldBe(0);
        Rows(run.Output[first..]).ShouldBe(
            """
            Backup             Skipped             
            Validate           Skipped             
            BuildImages        Skipped             
            Migrate            Succeeded     < 1sec
            Flaky              Skipped                // OnlyWhen: Environment.GetEnvironmentVariable("FLAKY") == "1"
            Frontend           Succeeded     < 1sec
            Deploy             Succeeded     < 1sec
            Notify             Skipped             
            """);
    }

    [Fact]
    public void Values_of_the_command_line_reach_the_target()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "Validate", "--region", "from-cli", "--names", "a", "b", "c").ShouldBe(0);
        run.Output.ShouldContain("[INF] region from-cli names a,b,c\n");
        Rows().ShouldBe("Validate           Succeeded     < 1sec");
    }

    [Fact]
    public void An_unknown_target_lists_those_that_exist()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "Nothing").ShouldBe(255);
        run.Output.ShouldContain(
            """
            Available targets are:
              - Backup
              - BuildImages
              - CycleA
              - Deploy
              - Flaky
              - Frontend
              - Migrate
              - NeedsParam
              - Noop
              - Notify
              - Validate
            """);
        run.Output.ShouldContain("Target with name 'Nothing' does not exist.");
    }

    [Fact]
    public void A_condition_that_does_not_hold_leaves_the_target_out()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--skip-frontend").ShouldBe(0);
        run.Output.ShouldContain("Frontend           Skipped                // OnlyWhen: !SkipFrontend\n");
        run.Output.ShouldNotContain("║ Frontend");
    }

    [Fact]
    public void On_GitHub_targets_are_groups_and_warnings_commands()
    {
        run.Variables["GITHUB_ACTIONS"] = "true";
        run.Variables["GITHUB_STEP_SUMMARY"] = Path.Combine(run.Root, "summary.md");
        run.Start<TranscriptBuild>(x => x.Deploy).ShouldBe(0);
        var output = string.Join('\n', run.Output.Split('\n').Select(x => x.IndexOf(" [", StringComparison.Ordinal) == 8 ? "TIME" + x[8..] : x));
        output.ShouldContain(
            """
            ::group::BuildImages
            TIME [INF] build
            ::endgroup::BuildImages
            ::group::Migrate
            ::warning::a warning
            TIME [WRN] a warning
            ::endgroup::Migrate
            ::group::Frontend
            TIME [INF] frontend
            ::endgroup::Frontend
            """);
        output.ShouldContain("::group::Errors & Warnings\n[WRN] Migrate: a warning\n::endgroup::Errors & Warnings\n\n═══");
        File.ReadAllText(run.Variables["GITHUB_STEP_SUMMARY"]).ShouldContain("| Migrate | Succeeded | < 1sec |");
    }

    string Summary(string? output = null)
    {
        var text = output ?? run.Output;
        var start = text.IndexOf("═══════════════════════════════════════\nTarget ", StringComparison.Ordinal);
        return text[start..(text.LastIndexOf(" on ", StringComparison.Ordinal) + 4)];
    }

    string Rows(string? output = null) => Summary(output).Split(new string('─', 39) + "\n")[1].TrimEnd('\n');
}
