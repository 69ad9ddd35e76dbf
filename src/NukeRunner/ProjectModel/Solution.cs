using System.Reflection;
using Nuke.Common.IO;

namespace Nuke.Common.ProjectModel;

/// <summary>A file that lists projects.</summary>
public sealed class Solution
{
    internal Solution(AbsolutePath path) => Path = path;

    /// <summary>The file.</summary>
    public AbsolutePath Path { get; }

    /// <summary>The file's name without extension.</summary>
    public string Name => Path.NameWithoutExtension;

    /// <summary>The file's name.</summary>
    public string FileName => Path.Name;

    /// <summary>The folder of the file.</summary>
    public AbsolutePath Directory => Path.Parent!;

    /// <summary>The file's path.</summary>
    public static implicit operator string(Solution solution) => solution.Path;

    /// <summary>The file's path.</summary>
    public static implicit operator AbsolutePath(Solution solution) => solution.Path;

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>Finds the solution: the given file, the one the parameter names, or the only one in the root.</summary>
public class SolutionAttribute(string? relativePath = null) : ParameterAttribute("Path to a solution file that is automatically loaded")
{
    /// <inheritdoc/>
    public override object? GetValue(MemberInfo member, object instance)
    {
        var root = NukeBuild.RootDirectory;
        var given = relativePath is null ? base.GetValue(member, instance) as AbsolutePath : root / relativePath;
        if (given is not null)
            return new Solution(given);
        var found = root.GetFiles("*.slnx").Concat(root.GetFiles("*.sln")).ToArray();
        return found.Length == 1 ? new Solution(found[0]) : null;
    }
}
