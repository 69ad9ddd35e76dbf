using Maily.Deploy.Components;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Secrets;
using Nuke.Common;

#if !NUKE_PACKAGES
using NukeRunner;
#endif

/// <summary>Maily's pipeline, composed of components. What is deployed where stands in <see cref="MailyProduct"/>.</summary>
#if !NUKE_PACKAGES
[RefusalExitCode(3)]
#endif
sealed partial class Build : NukeBuild,
    IValidate, IPrepare, IBuildImages, IScanImages, IPushImages, IBackup, IStageVercel, IMigrate, IVerifySchema, IDeployK8s, IDeployAiServices, IDeployVercel, ISmokeTest,
    ICompensate, INotify, IReport, IRollback, IPlan, IHold, IUnlock, IStatus, ILintMigrations, IHazDatabaseConsent, IHazScanConsent, IHazMigrationFlags, IHazClusterFlags, IHazPlanFile, IBackups, IRestore, IHazImageFlags, IPruneImages, IDrift, IHazStrategy
{
    DeploymentSession IHazDeployment.Session { get; } = new();

    IEnumerable<IVariableSource> IHazDeployment.VariableSources => MailyProduct.VariableSources;

    DeploymentDefinition IHazDeployment.Define(Variables variables) =>
        MailyProduct.Define(variables, ((IHazEnvironment)this).Environment, RootDirectory, ((IRollback)this).RestoreDatabase, ((IHazDatabaseConsent)this).DatabaseConsent, ((IHazScanConsent)this).ScanConsent, this, ((IHazImageFlags)this).AllowDirty, ((IHazClusterFlags)this).ForceConflicts, ((IHazStrategy)this).Strategy);

    PendingLint ILintMigrations.LintOf(Variables variables) => new MailyDatabase(variables, ((IHazEnvironment)this).Environment, RootDirectory).PendingLint;

    public static int Main() => Execute<Build>(x => ((IPlan)x).Plan);
}
