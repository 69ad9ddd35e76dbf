namespace Maily.Deploy.Migrations;

/// <summary>A migration's way back: the file of the same name in <c>down/</c>, beside <c>migrations/</c>, where the Supabase CLI never looks.</summary>
static class DownScript
{
    /// <summary>The script; null where there is none.</summary>
    /// <exception cref="UnreadableMigrationException">It cannot be taken as it is.</exception>
    public static async Task<MigrationFile?> FindAsync(MigrationFile file, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file.Path)));
        var path = Path.Combine(folder ?? ".", "down", Path.GetFileName(file.Path));
        return File.Exists(path) ? MigrationFolder.Parse(path, await File.ReadAllBytesAsync(path, cancellation)) : null;
    }
}
