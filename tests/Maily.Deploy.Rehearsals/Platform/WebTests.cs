using System.Text.Json;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Rehearsals.Platform;

public sealed class WebTests
{
    [Fact]
    public void Dependencies_are_pinned_and_locked_without_an_address()
    {
        using var package = Parse("package.json");
        using var locked = Parse("package-lock.json");
        var packages = locked.RootElement.GetProperty("packages").EnumerateObject().ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);

        foreach (var dependency in package.RootElement.GetProperty("dependencies").EnumerateObject())
            packages[$"node_modules/{dependency.Name}"].GetProperty("version").GetString().ShouldBe(dependency.Value.GetString());
        packages.Values.ShouldAllBe(one => !HasAddress(one));
    }

    [Theory]
    [InlineData("health.js")]
    [InlineData("version.js")]
    [InlineData("campaigns.js")]
    public void A_function_needs_nothing_that_would_have_to_be_installed(string file)
    {
        var text = File.ReadAllText(PlatformFolder.Path("web", "api", file));

        text.ShouldContain("module.exports");
        Regex.IsMatch(text, @"\brequire\(|\bimport\b", RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBeFalse();
    }

    [Fact]
    public void A_push_to_Git_does_not_go_live_behind_the_back_of_a_deployment()
    {
        using var settings = Parse("vercel.json");

        settings.RootElement.GetProperty("git").GetProperty("deploymentEnabled").GetBoolean().ShouldBeFalse();
        settings.RootElement.GetProperty("outputDirectory").GetString().ShouldBe("out");
    }

    static bool HasAddress(JsonElement package) => package.TryGetProperty("resolved", out _);

    static JsonDocument Parse(string file) => JsonDocument.Parse(File.ReadAllText(PlatformFolder.Path("web", file)));
}
