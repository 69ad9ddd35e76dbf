using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Maily.Deploy.Components.Tests.Conventions;

/// <summary>Against the real packages, nothing of our own runner is left in the code.</summary>
public sealed class RealNukeTests
{
    static readonly string[] Own = ["NukeRunner", "ChangesEnvironment", "RefusalExitCode"];

    [Fact]
    public void With_the_real_packages_nothing_of_our_runner_is_named() => NamesOfOurOwn("NUKE_PACKAGES").ShouldBeEmpty();

    [Fact]
    public void With_our_runner_some_things_are() =>
        NamesOfOurOwn().Select(found => found.Split(": ")[1]).Distinct().ShouldBe(Own, ignoreOrder: true);

    static IReadOnlyList<string> NamesOfOurOwn(params string[] symbols)
    {
        var options = new CSharpParseOptions(preprocessorSymbols: symbols);
        return [.. Repository.Sources("build").Concat(Repository.Sources("src", "Maily.Deploy.Components")).SelectMany(file =>
            CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken)
                .DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => name.Identifier.Text).Where(Own.Contains)
                .Select(name => $"{Repository.Relative(file)}: {name}"))];
    }
}
