using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Deployments.Pipelines;

public sealed class CheckSourceTests
{
    [Theory]
    [InlineData("RESTORE_CHECK_URL", CheckOutcome.Failed)]
    [InlineData("SUPABASE_DB_URL", CheckOutcome.NotChecked)]
    public async Task A_malformed_variable_is_a_fault_here_unless_it_has_a_check_of_its_own(string variable, CheckOutcome expected) =>
        (await MakingAsync(new MalformedVariableException(variable, "a connection string"))).ShouldBe(expected);

    [Fact]
    public async Task A_missing_variable_has_a_check_of_its_own() =>
        (await MakingAsync(new MissingVariableException("SUPABASE_DB_URL"))).ShouldBe(CheckOutcome.NotChecked);

    [Fact]
    public async Task A_missing_variable_without_one_is_a_fault() =>
        (await MakingAsync(new MissingVariableException("MAILY_MANIFESTS_URL"))).ShouldBe(CheckOutcome.Failed);

    [Fact]
    public void A_variable_that_several_parts_cannot_use_is_named_once()
    {
        CheckSource[] sources =
        [
            new("Kubernetes", [], () => throw new MalformedVariableException("MAILY_BAKE_TIME", "a duration")),
            new("Images", [], () => throw new MalformedVariableException("MAILY_BAKE_TIME", "a duration")),
            new("Images", [], () => throw new MalformedVariableException("MAILY_IMAGES_AT_ONCE", "a number")),
        ];
        CheckSource.All(sources, []).Select(check => check.Name).ShouldBe(["MAILY_BAKE_TIME", "MAILY_IMAGES_AT_ONCE"]);
    }

    static async Task<CheckOutcome> MakingAsync(DeployException unmade) =>
        (await new CheckSource("Database", [], () => throw unmade).For([]).Single().RunAsync(TestContext.Current.CancellationToken)).Outcome;
}
