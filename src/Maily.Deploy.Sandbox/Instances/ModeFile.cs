namespace Maily.Deploy.Sandbox.Instances;

/// <summary>Writes files that have their mode from the first moment, so that no other user reads one before it is set.</summary>
public static class ModeFile
{
    /// <summary>Reading and writing by the owner alone.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A program that all may run.</summary>
    public const UnixFileMode Program = Private | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Text that all may read.</summary>
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Replaces the file as a whole: a reader sees the old text or the new one.</summary>
    public static void Write(string path, string text, UnixFileMode mode)
    {
        var fresh = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Private;
        using (var writer = new StreamWriter(fresh, options))
            writer.Write(text);

        // The umask may have taken rights away at creation.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(fresh, mode);
        File.Move(fresh, path, overwrite: true);
    }
}
