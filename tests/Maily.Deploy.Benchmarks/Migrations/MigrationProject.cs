using Maily.Deploy.Migrations;

namespace Maily.Deploy.Benchmarks.Migrations;

/// <summary>A Supabase project of generated migrations in a temporary folder.</summary>
sealed class MigrationProject : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("maily-benchmark-");

    public string Root => root.FullName;

    public string Folder => Path.Combine(root.FullName, "supabase", "migrations");

    public MigrationOptions Options => new() { Folder = Folder };

    public static async Task<MigrationProject> WriteAsync(int files, int bytes)
    {
        var project = new MigrationProject();
        Directory.CreateDirectory(project.Folder);
        for (var number = 0; number < files; number++)
            await File.WriteAllTextAsync(Path.Combine(project.Folder, $"{20260101000000 + number}_table_{number}.sql"), Text(number, bytes), CancellationToken.None);
        return project;
    }

    public void Dispose() => root.Delete(recursive: true);

    static string Text(int number, int bytes)
    {
        var text = new System.Text.StringBuilder($"create table t{number} (id bigint primary key, note text not null default 'a;b', at timestamptz default now());\n");
        for (var line = 0; text.Length < bytes; line++)
            text.Append(line % 8 == 0
                ? $"create function f{number}_{line}() returns int language plpgsql as $$ begin /* {line}; */ return {line}; end $$;\n"
                : $"insert into t{number} (id, note) values ({line}, 'it''s line {line}; of {number}'); -- why; not\n");
        return text.ToString();
    }
}
