using System.Reflection;
using Nuke.Common.IO;

namespace NukeRunner.Runs;

/// <summary>Where the build lies.</summary>
internal sealed class Locations(string workingDirectory)
{
    public AbsolutePath AssemblyFile { get; }
        = AbsolutePath.Create((Assembly.GetEntryAssembly() ?? typeof(Locations).Assembly).Location);

    /// <summary>Beside the assembly or above it; else where NUKE's set-up puts it.</summary>
    public AbsolutePath ProjectFile
        => AssemblyFile.FindParent(x => x.GetFiles("*.csproj").Any())?.GetFiles("*.csproj").First()
            ?? Root / "build" / "_build.csproj";

    /// <summary>The folder with <c>.nuke</c> above the build, so that a build finds its own root from anywhere.</summary>
    public AbsolutePath Root
        => AssemblyFile.FindParent(HasMark) ?? AbsolutePath.Create(workingDirectory).FindParentOrSelf(HasMark)
            ?? AbsolutePath.Create(workingDirectory);

    static bool HasMark(AbsolutePath path) => (path / ".nuke").DirectoryExists();
}
