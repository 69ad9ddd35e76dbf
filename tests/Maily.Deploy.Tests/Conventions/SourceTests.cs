using System.Runtime.CompilerServices;

namespace Maily.Deploy.Tests.Conventions;

/// <summary>Habits that stand in the files.</summary>
public sealed class SourceTests
{
    /// <summary>Has the names of the AWS package that it stands in for, so that one can take the other's place.</summary>
    const string NamedAsAmazon = "Aws/SecretsManager";

    /// <summary>Folders whose promises are kept elsewhere: against real far sides in the rehearsals, or through their users.</summary>
    static readonly string[] TestedElsewhere = ["AiServices", "Aws", "Images", "Kubernetes"];

    [Fact]
    public void A_file_has_at_most_300_lines() =>
        Sources().Where(file => File.ReadLines(file).Count() > 300).Select(Relative).ShouldBeEmpty();

    [Fact]
    public void A_file_stands_in_the_folder_of_its_namespace() =>
        Sources().Where(file => !Relative(file).StartsWith(NamedAsAmazon, StringComparison.Ordinal))
            .Where(file => !File.ReadLines(file).Contains($"namespace {NamespaceOf(file)};")).Select(Relative).ShouldBeEmpty();

    [Fact]
    public void Each_folder_of_the_library_has_tests_in_a_folder_of_that_name() =>
        Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!)
            .Where(folder => folder is not ("bin" or "obj") && !TestedElsewhere.Contains(folder) && !Directory.Exists(Path.Combine(Tests, folder)))
            .ShouldBeEmpty();

    [Fact]
    public void Each_exception_to_the_rule_is_a_folder() =>
        TestedElsewhere.Where(folder => !Directory.Exists(Path.Combine(Source, folder))).ShouldBeEmpty();

    static string Tests => Path.GetDirectoryName(Path.GetDirectoryName(Here()))!;

    static string Source => Path.GetFullPath(Path.Combine(Tests, "../../src/Maily.Deploy"));

    static string Here([CallerFilePath] string path = "") => path;

    static string Relative(string file) => Path.GetRelativePath(Source, file);

    static IEnumerable<string> Sources()
    {
        var files = Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).StartsWith("obj", StringComparison.Ordinal) && !Relative(file).StartsWith("bin", StringComparison.Ordinal)).ToList();
        files.Count.ShouldBeGreaterThan(50);
        return files;
    }

    static string NamespaceOf(string file) =>
        string.Join('.', Path.GetDirectoryName(Relative(file))!.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Prepend("Maily.Deploy"));
}
