using Maily.Deploy.Components;
using Nuke.Common;

partial class Build
{
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

    static ITargetDefinition Everything(ITargetDefinition target) => target
        .DependsOn<IBuildImages>(x => x.BuildImages)
        .DependsOn<IPushImages>(x => x.PushImages)
        .DependsOn<IBackup>(x => x.Backup)
        .DependsOn<IStageVercel>(x => x.StageVercel)
        .DependsOn<IMigrate>(x => x.Migrate)
        .DependsOn<IDeployK8s>(x => x.DeployK8s)
        .DependsOn<IDeployVercel>(x => x.DeployVercel)
        .DependsOn<ISmokeTest>(x => x.SmokeTest);
}
