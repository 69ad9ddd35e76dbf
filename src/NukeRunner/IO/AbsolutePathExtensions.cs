namespace Nuke.Common.IO;

/// <summary>What a build does with files and folders most.</summary>
public static partial class AbsolutePathExtensions
{
    /// <summary>Whether there is a file or a folder.</summary>
    public static bool Exists(this AbsolutePath path, string? expression = null) => path.FileExists() || path.DirectoryExists();

    /// <summary>Whether there is a file.</summary>
    public static bool FileExists(this AbsolutePath path) => File.Exists(path);

    /// <summary>Whether there is a folder.</summary>
    public static bool DirectoryExists(this AbsolutePath path) => Directory.Exists(path);

    /// <summary>The path if there is a file or a folder, else null.</summary>
    public static AbsolutePath? Existing(this AbsolutePath path, string? expression = null) => path.Exists() ? path : null;

    /// <summary>The path if there is a file, else null.</summary>
    public static AbsolutePath? ExistingFile(this AbsolutePath path) => path.FileExists() ? path : null;

    /// <summary>The path if there is a folder, else null.</summary>
    public static AbsolutePath? ExistingDirectory(this AbsolutePath path) => path.DirectoryExists() ? path : null;

    /// <summary>Makes the folder and those above it.</summary>
    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Makes the folder, or empties it.</summary>
    public static AbsolutePath CreateOrCleanDirectory(this AbsolutePath path)
    {
        path.DeleteDirectory();
        return path.CreateDirectory();
    }

    /// <summary>Deletes the folder with all that it holds, if there is one.</summary>
    public static void DeleteDirectory(this AbsolutePath path)
    {
        if (path.DirectoryExists())
            Directory.Delete(path, recursive: true);
    }

    /// <summary>Deletes the file, if there is one.</summary>
    public static void DeleteFile(this AbsolutePath path) => File.Delete(path);

    /// <summary>Deletes these folders.</summary>
    public static void DeleteDirectories(this IEnumerable<AbsolutePath> paths)
    {
        foreach (var path in paths)
            path.DeleteDirectory();
    }

    /// <summary>Deletes these files.</summary>
    public static void DeleteFiles(this IEnumerable<AbsolutePath> paths)
    {
        foreach (var path in paths)
            path.DeleteFile();
    }

    /// <summary>The files whose name matches, so many folders deep.</summary>
    public static IEnumerable<AbsolutePath> GetFiles(
        this AbsolutePath path, string pattern = "*", int depth = 1, FileAttributes attributes = default)
        => path.DirectoryExists()
            ? new DirectoryInfo(path).EnumerateFiles(pattern, Deep(depth))
                .Where(x => (x.Attributes & attributes) == attributes).Select(x => AbsolutePath.Create(x.FullName))
            : [];

    /// <summary>The folders whose name matches, so many folders deep.</summary>
    public static IEnumerable<AbsolutePath> GetDirectories(
        this AbsolutePath path, string pattern = "*", int depth = 1, FileAttributes attributes = default)
        => path.DirectoryExists()
            ? new DirectoryInfo(path).EnumerateDirectories(pattern, Deep(depth))
                .Where(x => (x.Attributes & attributes) == attributes).Select(x => AbsolutePath.Create(x.FullName))
            : [];

    /// <summary>Whether the file has one of these extensions, with or without a dot, in any case.</summary>
    public static bool HasExtension(this AbsolutePath path, string extension, params string[] alternativeExtensions)
        => alternativeExtensions.Prepend(extension)
            .Any(x => path.Extension.Equals("." + x.TrimStart('.'), StringComparison.OrdinalIgnoreCase));

    /// <summary>The path with another extension.</summary>
    public static AbsolutePath WithExtension(this AbsolutePath path, string extension)
        => AbsolutePath.Create(Path.ChangeExtension(path.ToString(), extension));

    /// <summary>The nearest folder above for which this holds, or null.</summary>
    public static AbsolutePath? FindParent(this AbsolutePath path, Func<AbsolutePath, bool> predicate)
        => path.Parent?.FindParentOrSelf(predicate);

    /// <summary>The path or the nearest folder above for which this holds, or null.</summary>
    public static AbsolutePath? FindParentOrSelf(this AbsolutePath path, Func<AbsolutePath, bool> predicate)
    {
        var found = path;
        while (found is not null && !predicate(found))
            found = found.Parent;
        return found;
    }

    /// <summary>Copies a file or a folder to the new path; fails if there is something already.</summary>
    public static AbsolutePath Copy(this AbsolutePath source, AbsolutePath target)
    {
        Assert.False(target.FileExists(), $"'{target}' exists already");
        target.Parent?.CreateDirectory();
        if (source.FileExists())
        {
            File.Copy(source, target);
            return target;
        }

        target.CreateDirectory();
        foreach (var child in source.GetFiles().Concat(source.GetDirectories()))
            child.Copy(target / child.Name);
        return target;
    }

    /// <summary>The size, times and attributes of a file.</summary>
    public static FileInfo ToFileInfo(this AbsolutePath path) => new(path);

    /// <summary>The times and attributes of a folder.</summary>
    public static DirectoryInfo ToDirectoryInfo(this AbsolutePath path) => new(path);

    static EnumerationOptions Deep(int depth)
        => new() { RecurseSubdirectories = depth > 1, MaxRecursionDepth = Math.Max(0, depth - 1), AttributesToSkip = default };
}
