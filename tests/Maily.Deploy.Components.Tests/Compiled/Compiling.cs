using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Maily.Deploy.Components.Tests.Compiled;

/// <summary>Compiles C# as a project of this repository would: the SDK's usings, and all assemblies that this test has.</summary>
static class Compiling
{
    const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Threading; global using System.Threading.Tasks;
        """;

    public static CSharpCompilation Of(params string[] sources) => CSharpCompilation.Create(
        $"Sample{Guid.NewGuid():N}",
        [.. sources.Prepend(ImplicitUsings).Select(source => CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken))],
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(file => MetadataReference.CreateFromFile(file))],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
