using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Steps;

public sealed class ChangePermitTests
{
    [Fact]
    public void A_permit_ends_with_the_lease_behind_it_and_lives_on_with_its_heartbeat()
    {
        var time = new FakeTimeProvider();
        var expires = time.GetUtcNow().AddSeconds(60);
        var permit = new ChangePermit(DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2"), new("A", "b"), 1, time, () => expires);
        permit.ThrowIfExpired();

        time.Advance(TimeSpan.FromSeconds(60));
        Should.Throw<PermitExpiredException>(permit.ThrowIfExpired).Kind.ShouldBe(FailureKind.NeedsAttention);

        expires = expires.AddSeconds(60);
        permit.ThrowIfExpired();
    }

    [Theory]
    [InlineData("new ChangePermit(default, default, 1, System.TimeProvider.System, () => System.DateTimeOffset.MaxValue)")]
    [InlineData("new StepContext(null!, null!)")]
    [InlineData("new Maily.Deploy.Postgres.DatabaseWriter(null!, new ChangePermit())")]
    public void Code_outside_that_makes_itself_a_permit_does_not_compile(string bypass) =>
        ErrorsOf($"class Bypass {{ object Make() => {bypass}; }}").ShouldContain(error => error.Contains("CS1729") || error.Contains("CS0122"));

    [Theory]
    [InlineData("class Own { string Read(StepContext context) => context.Permit.Deployment.Value; }")]
    [InlineData("class Own { object Write(StepContext context, Maily.Deploy.Postgres.DatabaseSettings settings) => new Maily.Deploy.Postgres.DatabaseWriter(settings, context.Permit); }")]
    public void Code_that_uses_the_permit_of_its_step_compiles(string code) => ErrorsOf(code).ShouldBeEmpty();

    static IEnumerable<string> ErrorsOf(string code)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return CSharpCompilation.Create(
                "Outside", [CSharpSyntaxTree.ParseText("using Maily.Deploy.Deployments.Steps;" + code, cancellationToken: TestContext.Current.CancellationToken)],
                platform.Append(typeof(Step).Assembly.Location).Distinct().Select(path => MetadataReference.CreateFromFile(path)),
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
            .GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString());
    }
}
