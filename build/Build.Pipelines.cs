using Maily.Deploy.Components;
using Maily.Deploy.Sandbox.Drills;
using Nuke.Common;

partial class Build
{
    [Parameter("With Drill: parts of steps' names. Default is every step")]
    readonly string[] Steps = [];

    [Parameter("With Drill: kinds of faults. Default is every kind")]
    readonly string[] Kinds = [];

    [Parameter("With Drill: how many faults to try, chosen by --seed. Default is all")]
    readonly int? Sample;

    [Parameter("With Drill: kills so many deployments at any instant; alone, or besides --sample")]
    readonly int? Instants;

    [Parameter("With Drill: decides the sample. Default is 1")]
    readonly int Seed = 1;

    [Parameter("With Drill: a part of the faults, for instance 2/4")]
    readonly string? Shard;

    [Parameter("With Drill: leaves out what the last report says ended well")]
    readonly bool Remaining;

    Target DeployProduction => _ => Everything(_)
        .Description("Releases everything to production as one transaction");

    Target DeployStaging => _ => Everything(_)
        .Description("Releases everything to staging as one transaction");

    Target Sandbox => _ => _
        .Description("Starts every far side on this machine, writes artifacts/sandbox/.env, stays until Ctrl+C")
        .ExecutesAsync(signals => new Rehearsing(RootDirectory).KeepAsync(signals));

    Target Rehearse => _ => _
        .Description("Runs DeployProduction against a sandbox of real parts on this machine")
        .ExecutesAsync(async signals =>
        {
            ExitCode = await new Rehearsing(RootDirectory).RunAsync(nameof(DeployProduction), signals);
            if (ExitCode != 0)
                throw new RehearsalFailedException(ExitCode.Value);
        });

    Target Drill => _ => _
        .Description("Lets every fault strike a deployment to a sandbox, and holds each end to the allowed ones")
        .ExecutesAsync(signals => ExitCodes.SetAsync(this, nameof(Drill), () => new Drilling(RootDirectory).RunAsync(
            new DrillSelection { Steps = [.. Steps], Kinds = FaultMatrix.KindsOf(Kinds), Sample = Sample, Instants = Instants, Seed = Seed, Remaining = Remaining }.WithShard(Shard), signals)));

    static ITargetDefinition Everything(ITargetDefinition target) => target
        .DependsOn<IBuildImages>(x => x.BuildImages)
        .DependsOn<IScanImages>(x => x.ScanImages)
        .DependsOn<IPushImages>(x => x.PushImages)
        .DependsOn<IBackup>(x => x.Backup)
        .DependsOn<IStageVercel>(x => x.StageVercel)
        .DependsOn<IMigrate>(x => x.Migrate)
        .DependsOn<IVerifySchema>(x => x.VerifySchema)
        .DependsOn<IDeployK8s>(x => x.DeployK8s)
        .DependsOn<IDeployAiServices>(x => x.DeployAiServices)
        .DependsOn<IDeployVercel>(x => x.DeployVercel)
        .DependsOn<ISmokeTest>(x => x.SmokeTest);
}
