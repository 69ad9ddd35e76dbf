using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.IO;
using Serilog;

namespace NukeRunner.Tests.Samples;

/// <summary>The build whose runs on the real NUKE were recorded.</summary>
[GitHubActions("deploy-production", GitHubActionsImage.UbuntuLatest, On = new[] { GitHubActionsTrigger.WorkflowDispatch },
    InvokedTargets = new[] { nameof(Deploy) }, ImportSecrets = new[] { nameof(VercelToken) }, EnvironmentName = "production",
    ConcurrencyGroup = "prod", ReadPermissions = new[] { GitHubActionsPermissions.Contents },
    WritePermissions = new[] { GitHubActionsPermissions.IdToken }, AutoGenerate = true)]
class TranscriptBuild : NukeBuild, ITranscriptBackup
{
    [Parameter("Region to deploy to")] readonly string Region = "default-region";
    [Parameter("Names")] readonly string[] Names = [];
    [Parameter] readonly bool SkipFrontend;
    [Parameter("A token")][Secret] readonly string? VercelToken;
    [Parameter] readonly string? MustHave;
    [Parameter] readonly bool Break;

    Target Validate => _ => _.Description("Validates everything")
        .Executes(() => Log.Information("region {Region} names {Names}", Region, string.Join(',', Names)));
    Target BuildImages => _ => _.DependsOn(Validate).Executes(() => Log.Information("build"));
    Target Migrate => _ => _.DependsOn<ITranscriptBackup>(x => x.Backup).After(BuildImages).Executes(() =>
    {
        Log.Warning("a warning");
        if (Break)
            throw new Exception("boom");
    });
    Target Frontend => _ => _.DependsOn(Validate).OnlyWhenDynamic(() => !SkipFrontend).Executes(() => Log.Information("frontend"));
    public Target Deploy => _ => _.DependsOn(BuildImages, Migrate, Frontend).Executes(() => Log.Information("deploy"));
    Target Notify => _ => _.TriggeredBy(Deploy).AssuredAfterFailure().Executes(() => Log.Information("notify"));
    Target Flaky => _ => _.DependentFor(Deploy).After(Migrate).ProceedAfterFailure()
        .OnlyWhenStatic(() => Environment.GetEnvironmentVariable("FLAKY") == "1")
        .Executes(() => throw new InvalidOperationException("flaky"));
    Target NeedsParam => _ => _.Requires(() => MustHave).Requires(() => VercelToken).Executes(() => Log.Information("x"));
    Target Noop => _ => _.Executes(() => { });
    Target CycleA => _ => _.Unlisted();
}

interface ITranscriptBackup : INukeBuild
{
    [Parameter("Backup dir")] AbsolutePath BackupDirectory => TryGetValue(() => BackupDirectory) ?? RootDirectory / "artifacts";

    Target Backup => _ => _.TryDependsOn<IAbsent>().Executes(() => Log.Information("backup to {Dir}", BackupDirectory));
}

interface IAbsent : INukeBuild
{
    Target Absent => _ => _;
}
