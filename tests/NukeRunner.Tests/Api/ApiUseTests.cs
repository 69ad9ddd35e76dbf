using System.Reflection;

namespace NukeRunner.Tests.Api;

/// <summary>What is compiled here must compile against the real NUKE too.</summary>
public sealed class ApiUseTests
{
    [Theory]
    [InlineData("_build")]
    [InlineData("Maily.Deploy.Components")]
    public void Nothing_is_used_that_the_real_NUKE_does_not_have(string assembly)
        => ApiUse.NotInNuke(Assembly.Load(assembly).Location, NukeApi.Read()).ShouldBeEmpty();

    [Fact]
    public void What_the_real_NUKE_does_not_have_is_found()
    {
        var used = ApiUse.NotInNuke(typeof(ApiUseTests).Assembly.Location, NukeApi.Read());
        used.ShouldContain("Nuke.Common.CI.GitHubActions.Configuration.GitHubActionsJob::get_EnvironmentUrl(0)");
        used.ShouldNotContain(x => x.StartsWith("Nuke.Common.ITargetDefinition::", StringComparison.Ordinal));
        used.ShouldNotContain(x => x.StartsWith("Nuke.Common.NukeBuild::", StringComparison.Ordinal));
    }

    /// <summary>Something that only this runner has, for the test above to find.</summary>
    internal static string? UsesOurOwn(Nuke.Common.CI.GitHubActions.Configuration.GitHubActionsJob job) => job.EnvironmentUrl;
}
