using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>A file's entry in its folder, which flushing the file does not write: a new file may be gone with it when the power fails.</summary>
static class FolderEntry
{
    const int ReadOnly = 0;

    /// <summary>Flushes the folder of a file that was just made or moved there, and the folder around it, which may be new too.</summary>
    public static void Flush(string path)
    {
        // Windows opens no folder for this, and its file systems write the entry with the file.
        if (OperatingSystem.IsWindows())
            return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var entered in new[] { folder, Path.GetDirectoryName(folder) }.OfType<string>())
        {
            using var handle = new SafeFileHandle(Open(entered, ReadOnly), ownsHandle: true);
            // One that may not be read is somebody else's, and was there before.
            if (!handle.IsInvalid)
                RandomAccess.FlushToDisk(handle);
        }
    }

    // The framework opens files only.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
