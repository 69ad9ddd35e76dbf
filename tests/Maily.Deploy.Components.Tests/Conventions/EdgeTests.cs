using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Maily.Deploy.Components.Tests.Conventions;

/// <summary>The NUKE edge stays thin, and stays at the edge.</summary>
public sealed class EdgeTests
{
    /// <summary>What may know NUKE: the runner, the components, the build, and their tests.</summary>
    static readonly string[] Edge = ["NukeRunner", "Maily.Deploy.Components", "_build", "NukeRunner.Tests", "Maily.Deploy.Components.Tests"];

    [Fact]
    public void A_component_has_at_most_120_lines()
    {
        var sources = Repository.Sources("src", "Maily.Deploy.Components").Where(file => Path.GetFileName(file)[0] == 'I').ToList();
        sources.Count.ShouldBeGreaterThan(15);
        sources.Where(file => File.ReadLines(file).Count() > 120).Select(Repository.Relative).ShouldBeEmpty();
    }

    [Fact]
    public void The_build_class_is_composition_of_at_most_80_lines() =>
        File.ReadLines(Repository.At("build", "Build.cs")).Count().ShouldBeLessThanOrEqualTo(80);

    [Fact]
    public void Only_the_edge_references_NUKE_in_its_project()
    {
        var projects = Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).Where(file => !file.Contains("/bin/", StringComparison.Ordinal)).ToList();
        projects.Count.ShouldBeGreaterThan(8);
        projects.Where(file => !Edge.Contains(Path.GetFileNameWithoutExtension(file))).Where(ReferencesNuke).Select(Repository.Relative).ShouldBeEmpty();
        projects.Where(ReferencesNuke).Select(Path.GetFileNameWithoutExtension).ShouldContain("Maily.Deploy.Components");
    }

    [Theory]
    [InlineData("Maily.Deploy", false)]
    [InlineData("Maily.Deploy.Sandbox", false)]
    [InlineData("Maily.Deploy.Components", true)]
    [InlineData("_build", true)]
    public void Only_the_edge_is_compiled_against_NUKE(string assembly, bool edge) =>
        References(assembly).Any(name => name == "NukeRunner" || name.StartsWith("Nuke.", StringComparison.Ordinal)).ShouldBe(edge);

    [Fact]
    public void The_domain_knows_neither_a_console_nor_the_build_s_log() =>
        References("Maily.Deploy").Where(name => name is "System.Console" or "Serilog" or "Spectre.Console").ShouldBeEmpty();

    static bool ReferencesNuke(string project) => XDocument.Load(project).Descendants()
        .Where(element => element.Name.LocalName is "ProjectReference" or "PackageReference" or "Reference")
        .Select(element => Path.GetFileNameWithoutExtension(((string?)element.Attribute("Include") ?? "").Replace('\\', '/')) + "|" + (string?)element.Attribute("Include"))
        .Any(name => name.StartsWith("NukeRunner|", StringComparison.Ordinal) || name.Contains("|Nuke.", StringComparison.Ordinal));

    static IReadOnlyList<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
