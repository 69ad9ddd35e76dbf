using Microsoft.CodeAnalysis;

namespace Maily.Deploy.Components.Tests.Compiled;

/// <summary>Code of another assembly cannot change a far side but inside of a step: the compiler says so.</summary>
public sealed class BypassTests
{
    const string Usings =
        """
        global using Maily.Deploy.Deployments; global using Maily.Deploy.Deployments.Steps; global using Maily.Deploy.Images;
        global using Maily.Deploy.Kubernetes.Clusters; global using Maily.Deploy.Postgres; global using Maily.Deploy.Vercel;
        """;

    /// <summary>Compiles, so that what the others fail by is the bypass and nothing else.</summary>
    [Fact]
    public void A_step_is_handed_what_it_needs() => ErrorsOf(
        """
        sealed class OwnStep(VercelFrontend frontend, DatabaseSettings database) : Step
        {
            public override StepKind Kind => StepKind.Irreversible;
            public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult(Finding.Absent);
            public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
                Task.FromResult(Verification.Compare("a", "a"));
            public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
            {
                await frontend.Writer(context).PromoteAsync("dpl_1", cancellation);
                await using var connection = await new DatabaseWriter(database, context.Permit).OpenAsync(cancellation);
                return StepOutputs.None;
            }
        }
        """).ShouldBeEmpty();

    [Theory]
    [InlineData("a permit out of nothing", "new ChangePermit(context.Id, new StepId(\"a\", \"b\"), 1, TimeProvider.System, () => DateTimeOffset.MaxValue)", "CS1729")]
    [InlineData("a step's context out of nothing", "new StepContext(context, permit)", "CS1729")]
    [InlineData("a permit of the deployment's context", "context.Permit", "CS1061")]
    [InlineData("Vercel without a permit", "new VercelWriter(frontend.Settings, frontend.Http, TimeProvider.System)", "CS7036")]
    [InlineData("Vercel with the deployment's context", "frontend.Writer(context)", "CS1503")]
    [InlineData("the database without a permit", "new DatabaseWriter(database)", "CS7036")]
    [InlineData("the database with the deployment's context", "new DatabaseWriter(database, context)", "CS1503")]
    [InlineData("a cluster", "new ClusterWriter(null!, permit)", "CS0122")]
    [InlineData("the container engine", "new EngineWriter(null!, permit)", "CS0122")]
    [InlineData("a registry", "new RegistryWriter(null!, null!, permit)", "CS0122")]
    [InlineData("the runner that makes permits", "new StepRunner(null!, null!, TimeProvider.System)", "CS0122")]
    public void A_bypass_does_not_compile(string what, string bypass, string error) => ErrorsOf(
        $$"""
        sealed class Bypass
        {
            object Of(DeploymentContext context, VercelFrontend frontend, DatabaseSettings database, ChangePermit permit) => {{bypass}};
        }
        """).ShouldBe([error], what);

    [Fact]
    public void A_permit_cannot_be_inherited() => ErrorsOf("sealed class OwnPermit : ChangePermit;").ShouldContain("CS0509");

    static string[] ErrorsOf(string source) =>
    [
        .. Compiling.Of(Usings, source).GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(fault => fault.Severity == DiagnosticSeverity.Error).Select(fault => fault.Id),
    ];
}
