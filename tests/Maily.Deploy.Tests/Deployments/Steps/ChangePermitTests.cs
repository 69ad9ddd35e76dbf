using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Steps;

public sealed class ChangePermitTests
{
    readonly FakeTimeProvider time = new();
    readonly ChangePermit permit;
    DateTimeOffset expires;

    public ChangePermitTests()
    {
        expires = time.GetUtcNow().AddSeconds(60);
        permit = new ChangePermit(DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2"), new("A", "b"), 1, time, () => expires - time.GetUtcNow());
    }

    [Fact]
    public void A_permit_ends_with_the_lease_behind_it_and_lives_on_with_its_heartbeat()
    {
        permit.ThrowIfExpired();

        time.Advance(TimeSpan.FromSeconds(60));
        Should.Throw<PermitExpiredException>(permit.ThrowIfExpired).Kind.ShouldBe(FailureKind.NeedsAttention);

        expires = expires.AddSeconds(60);
        permit.ThrowIfExpired();
    }

    [Fact]
    public async Task A_change_that_is_under_way_is_broken_off_when_the_lease_ends()
    {
        var change = permit.BoundAsync(HangAsync, CancellationToken.None);
        for (var second = 1; second < 60; second++)
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        change.IsCompleted.ShouldBeFalse();

        await AdvanceAsync(TimeSpan.FromSeconds(1));

        var ended = await Should.ThrowAsync<PermitExpiredException>(change.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken));
        ended.Evidence.ShouldNotBeNull().ShouldContain("was under way");
    }

    [Fact]
    public async Task A_change_goes_on_as_long_as_the_lease_is_renewed()
    {
        var go = new TaskCompletionSource<int>();
        var change = permit.BoundAsync(token => go.Task.WaitAsync(token), CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromSeconds(59));
        expires = expires.AddSeconds(60);
        await AdvanceAsync(TimeSpan.FromSeconds(30));

        go.SetResult(7);

        (await change).ShouldBe(7);
    }

    [Fact]
    public async Task A_change_is_not_begun_after_the_end()
    {
        time.Advance(TimeSpan.FromSeconds(60));
        var begun = false;

        await Should.ThrowAsync<PermitExpiredException>(permit.BoundAsync(_ => Task.FromResult(begun = true), CancellationToken.None));

        begun.ShouldBeFalse();
    }

    [Fact]
    public async Task An_error_that_the_end_of_the_lease_brought_about_is_told_as_that_end()
    {
        var ended = await Should.ThrowAsync<PermitExpiredException>(permit.BoundAsync(_ =>
        {
            time.Advance(TimeSpan.FromSeconds(60));
            return Task.FromException(new IOException("the server closed the connection"));
        }, CancellationToken.None));

        ended.Evidence.ShouldNotBeNull().ShouldContain("the server closed the connection");
    }

    [Fact]
    public async Task An_error_while_the_lease_holds_stays_what_it_is() =>
        await Should.ThrowAsync<IOException>(permit.BoundAsync(_ => Task.FromException(new IOException("refused")), CancellationToken.None));

    [Fact]
    public async Task A_change_that_is_aborted_is_no_end_of_the_lease()
    {
        using var abort = new CancellationTokenSource();
        var change = permit.BoundAsync(HangAsync, abort.Token);

        await abort.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(change);
    }

    [Theory]
    [InlineData("new ChangePermit(default, default, 1, System.TimeProvider.System, () => System.TimeSpan.MaxValue)")]
    [InlineData("new StepContext(null!, null!)")]
    [InlineData("new Maily.Deploy.Postgres.DatabaseWriter(null!, new ChangePermit())")]
    public void Code_outside_that_makes_itself_a_permit_does_not_compile(string bypass) =>
        ErrorsOf($"class Bypass {{ object Make() => {bypass}; }}").ShouldContain(error => error.Contains("CS1729") || error.Contains("CS0122"));

    [Theory]
    [InlineData("class Own { string Read(StepContext context) => context.Permit.Deployment.Value; }")]
    [InlineData("class Own { object Write(StepContext context, Maily.Deploy.Postgres.DatabaseSettings settings) => new Maily.Deploy.Postgres.DatabaseWriter(settings, context.Permit); }")]
    public void Code_that_uses_the_permit_of_its_step_compiles(string code) => ErrorsOf(code).ShouldBeEmpty();

    static Task HangAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);

    // Whoever waits for the clock goes on in real time.
    async Task AdvanceAsync(TimeSpan step)
    {
        time.Advance(step);
        await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
    }

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
