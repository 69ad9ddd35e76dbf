using System.Text;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Validation;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What must not be deployed is refused with exit code 3, before anything is touched.</summary>
public sealed class RefusalTests(LiveProduct live)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Missing_and_malformed_variables_are_all_named_at_once_and_no_secret_is_shown()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        var changes = new Dictionary<string, string?>
        {
            ["VERCEL_TOKEN"] = null, ["EKS_CLUSTER_NAME"] = null, ["OPENAI_API_KEY"] = "malformed-openai", ["AWS_SECRET_ACCESS_KEY"] = "malformed-secret",
        };

        var run = (await loan.RunAsync(changes, Cancellation, "DeployProduction")).ShouldEnd(3, "refused");

        foreach (var name in changes.Keys)
            run.Cause.ShouldContain(name, Case.Sensitive, run.Output);
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before);
        Secrets(loan.Product).Append("malformed-openai").Append("malformed-secret").Where(secret => Shows(run, loan.Workspace, secret)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deployment_that_succeeds_shows_no_secret_either()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var run = (await loan.RunAsync(Cancellation, "DeployProduction", "--verbosity", "Verbose")).ShouldEnd(0, "succeeded");
        Secrets(loan.Product).Where(secret => Shows(run, loan.Workspace, secret)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_deployment_is_refused_while_one_runs_and_is_told_who_it_waits_for()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        using var elsewhere = await loan.Workspace.CloneAgainAsync(Cancellation);
        await using var first = await loan.BeginRolloutThatHangsAsync(Cancellation);

        var second = (await loan.Product.RunAsync(elsewhere, new Dictionary<string, string?>(), Cancellation, "DeployProduction")).ShouldEnd(3, "refused");

        second.Cause.ShouldContain("is being changed by");
        second.Cause.ShouldContain(Environment.UserName);
        loan.ClearFaults();
        (await first.EndAsync(Cancellation)).ShouldEnd(0, "succeeded");
    }

    [Fact]
    public async Task What_is_held_is_not_deployed_until_it_is_released()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        (await loan.RunAsync(Cancellation, "Hold", "--reason", "the auditors are here")).ExitCode.ShouldBe(0);

        var held = (await loan.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(3, "refused");

        held.Cause.ShouldContain("the auditors are here");
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before);
        (await loan.RunAsync(Cancellation, "Release", "--reason", "they have left")).ExitCode.ShouldBe(0);
        (await loan.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
    }

    [Fact]
    public async Task Secrets_of_another_environment_are_refused()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        await MarkAsync(loan.Product.Parts, "staging");
        try
        {
            var before = await loan.Product.ReadAsync(Cancellation);
            var run = (await loan.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(3, "refused");
            run.Cause.ShouldContain("staging");
            (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before);
        }
        finally
        {
            await MarkAsync(loan.Product.Parts, "sandbox");
        }
    }

    static async Task MarkAsync(SandboxParts parts, string environment)
    {
        await using var connection = new NpgsqlConnection(parts.Postgres.SuperuserConnectionString());
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("update maily_deploy.environment set name = $1", connection) { Parameters = { new() { Value = environment } } };
        (await command.ExecuteNonQueryAsync(Cancellation)).ShouldBe(1);
    }

    static IEnumerable<string> Secrets(Product product) =>
        product.Environment.Where(pair => VariableRules.SecretNames.Contains(pair.Key)).Select(pair => pair.Value);

    static bool Shows(DeployerRun run, Workspace workspace, string secret) =>
        run.Output.Contains(secret, StringComparison.Ordinal)
        || new[] { "artifacts", ".nuke" }.SelectMany(folder => Files(workspace.PathOf(folder))).Any(file => File.ReadAllText(file, Encoding.Latin1).Contains(secret, StringComparison.Ordinal));

    static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
}
