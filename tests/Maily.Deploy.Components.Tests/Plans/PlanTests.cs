using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Plans;

/// <summary>What runs, in which order, when somebody names a target.</summary>
public sealed class PlanTests
{
    const string Everything =
        "Validate Prepare StageVercel Backup BuildImages ScanImages PushImages Migrate VerifySchema DeployK8s DeployAiServices DeployVercel SmokeTest Compensate Notify Report ";

    [Theory]
    [InlineData("DeployProduction", Everything + "DeployProduction")]
    [InlineData("DeployStaging", Everything + "DeployStaging")]
    [InlineData("DeployK8s", "Validate Prepare DeployK8s Compensate Notify Report")]
    [InlineData("DeployAiServices", "Validate Prepare DeployAiServices Compensate Notify Report")]
    [InlineData("DeployVercel", "Validate Prepare DeployVercel Compensate Notify Report")]
    [InlineData("StageVercel DeployVercel", "Validate Prepare StageVercel DeployVercel Compensate Notify Report")]
    [InlineData("StageVercel", "Validate Prepare StageVercel Compensate Notify Report")]
    [InlineData("Migrate", "Validate Prepare Backup Migrate Compensate Notify Report")]
    [InlineData("Backup", "Validate Prepare Backup Compensate Notify Report")]
    [InlineData("BuildImages", "Validate Prepare BuildImages Compensate Notify Report")]
    [InlineData("PushImages", "Validate Prepare BuildImages ScanImages PushImages Compensate Notify Report")]
    [InlineData("BuildImages PushImages DeployK8s", "Validate Prepare BuildImages ScanImages PushImages DeployK8s Compensate Notify Report")]
    [InlineData("SmokeTest", "Validate Prepare SmokeTest Compensate Notify Report")]
    [InlineData("Validate", "Validate Report")]
    [InlineData("Rollback", "Rollback")]
    [InlineData("Rehearse", "Rehearse")]
    [InlineData("Sandbox", "Sandbox")]
    [InlineData("Plan", "Plan")]
    [InlineData("Status", "Status")]
    [InlineData("Backups", "Backups")]
    [InlineData("Restore", "Restore")]
    [InlineData("History", "History")]
    [InlineData("Hold", "Hold")]
    [InlineData("Release", "Release")]
    [InlineData("Setup", "Setup")]
    [InlineData("Test", "Compile Test")]
    [InlineData("Pack", "Pack")]
    public void A_target_brings_what_it_needs_and_nothing_else(string targets, string plan) =>
        MailyBuild.Plan(targets.Split(' ')).ShouldBe(plan);

    [Fact]
    public void Without_a_target_nothing_is_changed() => MailyBuild.Plan().ShouldBe("Plan");

    [Theory]
    [InlineData("--skip-infra", "")]
    [InlineData("--skip-database", "Backup Migrate VerifySchema")]
    [InlineData("--skip-images", "BuildImages ScanImages PushImages")]
    [InlineData("--skip-kubernetes", "DeployK8s DeployAiServices")]
    [InlineData("--skip-frontend", "StageVercel DeployVercel")]
    [InlineData("--skip-smoke", "SmokeTest")]
    [InlineData("--skip-frontend --skip-infra", "StageVercel DeployVercel")]
    [InlineData("--skip-infra --skip-database --skip-images --skip-kubernetes --skip-frontend", "StageVercel Backup BuildImages ScanImages PushImages Migrate VerifySchema DeployK8s DeployAiServices DeployVercel")]
    [InlineData("--skip Migrate", "Migrate")]
    [InlineData("--skip DeployVercel SmokeTest", "DeployVercel SmokeTest")]
    public void A_flag_leaves_its_part_out_and_nothing_else(string flags, string skipped) =>
        MailyBuild.Plan(["DeployProduction", .. flags.Split(' ')]).ShouldBe(Without(skipped) + "DeployProduction");

    [Theory]
    [InlineData("Validate", "[Validate] Prepare DeployK8s Compensate Notify Report")]
    [InlineData("DeployVercel", "Validate Prepare DeployK8s Compensate Notify Report")]
    public void A_deployment_is_reported_whatever_else_is_left_out(string skip, string plan) =>
        MailyBuild.Plan("DeployK8s", "--skip", skip).ShouldBe(plan);

    [Theory]
    [InlineData("--skip Migrat", "Migrate")]
    [InlineData("--skip-frontent", "--skip-frontend")]
    [InlineData("Deploy", "DeployK8s")]
    public void A_mistyped_name_is_refused_with_the_nearest_before_anything_is_touched(string arguments, string nearest)
    {
        foreach (var plan in new[] { true, false })
        {
            using var run = new RunningABuild();
            run.Start<Build>(build => ((IPlan)build).Plan, ["DeployProduction", .. arguments.Split(' '), .. plan ? ["--plan"] : Array.Empty<string>()]).ShouldBe(3, run.Output);
            run.Output.ShouldContain(nearest);
            run.Output.ShouldNotContain("Validate  ");
        }
    }

    static string Without(string skipped) =>
        string.Concat(Everything.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(target => skipped.Split(' ').Contains(target) ? $"[{target}] " : target + " "));
}
