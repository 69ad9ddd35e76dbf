using System.Collections.Immutable;
using Maily.Deploy.Components.Tests.Compiled;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Maily.Deploy.Components.Tests.Conventions;

/// <summary>The overloads of NUKE that lose a task cannot be used: the compiler refuses them.</summary>
public sealed class BannedTests
{
    [Theory]
    [InlineData("_.Executes(() => LateAsync())", "Drops the task")]
    [InlineData("_.Executes(async () => await LateAsync())", "Drops the task")]
    [InlineData("_.Executes(() => { return LateAsync(); })", "Drops the task")]
    [InlineData("_.Executes(async () => { await LateAsync(); })", "Has no CancellationToken")]
    [InlineData("_.Executes(() => System.Console.WriteLine())", "Only the runner's own console writer prints")]
    public async Task What_loses_a_task_is_refused_with_what_to_use_instead(string body, string reason) =>
        (await FaultsAsync(body)).ShouldHaveSingleItem().ShouldContain(reason);

    [Theory]
    [InlineData("_.ExecutesAsync((CancellationToken cancellation) => LateAsync())")]
    [InlineData("_.Executes(() => { })")]
    public async Task What_waits_is_not(string body) => (await FaultsAsync(body)).ShouldBeEmpty();

    [Fact]
    public void Every_project_is_under_the_ban()
    {
        var properties = File.ReadAllText(Repository.At("Directory.Build.props"));
        properties.ShouldContain("<PackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\"");
        properties.ShouldContain("<AdditionalFiles Include=\"$(MSBuildThisFileDirectory)BannedSymbols.txt\"");
        properties.ShouldContain("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>");
        new[] { "build/_build.csproj", "src/Maily.Deploy.Components/Maily.Deploy.Components.csproj", "Directory.Build.props" }
            .Where(file => File.ReadAllText(Repository.At(file)).Contains("RS0030", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_console_writer_and_samples_of_NUKE_s_users_are_exempt()
    {
        var section = "";
        var exempt = new List<string>();
        foreach (var line in File.ReadLines(Repository.At(".editorconfig")))
        {
            section = line.StartsWith('[') ? line : section;
            if (line.StartsWith("dotnet_diagnostic.RS0030.severity", StringComparison.Ordinal) && !line.EndsWith("= warning", StringComparison.Ordinal))
                exempt.Add(section);
        }

        exempt.ShouldBe(["[tests/NukeRunner.Tests/**.cs]", "[src/NukeRunner/Output/SystemConsole.cs]"]);
    }

    static async Task<IReadOnlyList<string>> FaultsAsync(string body)
    {
        var compilation = Compiling.Of(
            $$"""
            using Maily.Deploy.Components;
            using Nuke.Common;
            class Sample : NukeBuild
            {
                Target Late => _ => {{body}};
                static Task<int> LateAsync() => Task.FromResult(1);
            }
            """);
        compilation.GetDiagnostics(Cancellation).Where(fault => fault.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var options = new AnalyzerOptions([new BannedSymbols()]);
        var found = await compilation.WithAnalyzers(Analyzers(), options).GetAnalyzerDiagnosticsAsync(Cancellation);
        return [.. found.Where(fault => fault.Id == "RS0030").Select(fault => fault.GetMessage(System.Globalization.CultureInfo.InvariantCulture))];
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static ImmutableArray<DiagnosticAnalyzer> Analyzers() =>
        [.. new AnalyzerFileReference(Path.Combine(AppContext.BaseDirectory, "analyzers", "Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.dll"), new Loader())
            .GetAnalyzers(LanguageNames.CSharp)];

    sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // What it depends on lies beside it, or is loaded already.
        }

        public System.Reflection.Assembly LoadFromPath(string fullPath) => System.Reflection.Assembly.LoadFrom(fullPath);
    }

    sealed class BannedSymbols : AdditionalText
    {
        public override string Path => Repository.At("BannedSymbols.txt");

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(File.ReadAllText(Path));
    }
}
