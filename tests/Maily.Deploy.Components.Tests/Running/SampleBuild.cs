using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Deployments;
using Maily.Deploy.Validation;
using Nuke.Common;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>A pipeline of the components, on a far side in memory that each test has for itself.</summary>
sealed class SampleBuild : NukeBuild,
    IValidate, IPrepare, IBackup, IMigrate, IStageVercel, IDeployK8s, IDeployVercel, ICompensate, INotify, IReport, IRollback, IHold, IUnlock, IStatus, IHazScanConsent
{
    public static AsyncLocal<Scenario?> Scenario { get; } = new();

    DeploymentSession IHazDeployment.Session { get; } = new();

    IEnumerable<IVariableSource> IHazDeployment.VariableSources => Scenario.Value!.Variables;

    DeploymentDefinition IHazDeployment.Define(Variables variables) => Scenario.Value!.Definition(((IHazEnvironment)this).Environment);

    Target Deploy => _ => _
        .DependsOn<IMigrate>(x => x.Migrate)
        .DependsOn<IDeployK8s>(x => x.DeployK8s)
        .DependsOn<IDeployVercel>(x => x.DeployVercel);

    Target DeployStaging => _ => _.DependsOn(Deploy);

    Target Afterwards => _ => _
        .After<IReport>(x => x.Report)
        .ExecutesAsync((CancellationToken _) => throw new InvalidDataException("too late"));

    Target Seed => _ => _
        .Description("A target of the team's own between two stages, which fails")
        .DependsOn<IMigrate>(x => x.Migrate)
        .DependentFor<IDeployK8s>(x => x.DeployK8s)
        .OnlyWhenStatic(() => Scenario.Value!.SeedFails)
        .WhenSkipped(DependencyBehavior.Execute)
        .ExecutesAsync((CancellationToken _) => throw new InvalidDataException("no seed"));
}

/// <summary>What a test of <see cref="SampleBuild"/> arranges.</summary>
sealed record Scenario
{
    public FarSide Far { get; } = new();

    public bool RequiresConfirmation { get; init; }

    public bool SeedFails { get; init; }

    public bool NeedsPerson { get; init; }

    public IVariableSource[] Variables { get; init; } = [];

    public CheckResult Check { get; init; } = CheckResult.Pass("fine");

    public Func<Task> WhileChecking { get; init; } = () => Task.CompletedTask;

    public DeploymentDefinition Definition(string environment) => new()
    {
        Policy = new EnvironmentPolicy(environment) { RequiresConfirmation = RequiresConfirmation },
        Pipeline = StandardPipeline.Create(),
        Planners = new[] { "Backup", "Migrate", "StageVercel", "DeployK8s", "DeployVercel" }
            .ToImmutableDictionary(stage => stage, stage => (Func<IStagePlanner>)(() => new Planner(this, stage))),
        Checks = [new("Sample", [], () => [new Check("Sample", "check", _ => CheckAsync())])],
    };

    async Task<CheckResult> CheckAsync()
    {
        await WhileChecking();
        return Check;
    }

    sealed class Planner(Scenario scenario, string stage) : IStagePlanner
    {
        public string Stage => stage;

        public ImmutableArray<ICompensator> Compensators =>
            [scenario.NeedsPerson ? new Person() : new SetCompensator(scenario.Far)];

        public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
        {
            var kind = stage is "Backup" or "StageVercel" ? StepKind.Additive : StepKind.Reversible;
            return Task.FromResult<ImmutableArray<Step>>([new SetStep(scenario.Far, "new", kind) { Id = StepId.Parse($"{stage}/{stage.ToLowerInvariant()}"), Title = stage }]);
        }
    }

    sealed class Person : ICompensator
    {
        public string Type => "test.set";

        public Task<CompensationResult> CompensateAsync(StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation) =>
            Task.FromResult(CompensationResult.NeedsPerson($"put {step.Name} back"));
    }
}
