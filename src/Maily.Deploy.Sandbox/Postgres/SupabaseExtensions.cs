using Maily.Deploy.Sandbox.Instances;

namespace Maily.Deploy.Sandbox.Postgres;

/// <summary>
/// The extensions that the server finds: the machine's, of which a project may make those that it may make on Supabase, and small
/// stand-ins for Supabase's own and others that no package brings. What a stand-in cannot do it does not pretend to.
/// </summary>
static class SupabaseExtensions
{
    const string Installed = "/usr/share/postgresql";
    const UnixFileMode Folder = ModeFile.Program;

    /// <summary>Extensions of PostgreSQL's that ask for a superuser, but not on Supabase.</summary>
    static readonly string[] Allowed =
    [
        "autoinc", "bloom", "dblink", "dict_xsyn", "earthdistance", "insert_username", "moddatetime", "pg_stat_statements", "pg_walinspect",
        "pgrowlocks", "pgstattuple", "postgres_fdw", "refint", "sslinfo",
    ];

    /// <summary>Stand-ins with what migrations use, and the schema that they must be in.</summary>
    static readonly (string Name, string? Schema)[] Scripted = [("pg_cron", null), ("pg_graphql", "graphql"), ("pg_net", null), ("supabase_vault", "vault")];

    /// <summary>Extensions that dumps of projects name and that migrations hardly use: there is nothing in their stand-ins.</summary>
    static readonly (string Name, string? Schema)[] Empty = [("http", null), ("hypopg", null), ("index_advisor", null), ("pgjwt", null), ("pgsodium", "pgsodium")];

    /// <summary>Writes them to a folder <c>extension</c>.</summary>
    /// <returns>Where the server looks for them; null where that is not known.</returns>
    public static string? Prepare(string folder, string programs, PostgresOptions options)
    {
        var installed = Path.Combine(Installed, Path.GetFileName(Path.GetDirectoryName(programs)) ?? "", "extension");
        if (OperatingSystem.IsWindows() || !Directory.Exists(installed))
            return null;
        var own = Directory.CreateDirectory(Path.Combine(folder, "extension"), Folder).FullName;
        // The umask may have taken rights away at creation.
        File.SetUnixFileMode(own, Folder);
        foreach (var file in Directory.EnumerateFiles(installed))
            File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        foreach (var control in Allowed.Select(name => Path.Combine(own, $"{name}.control")).Where(File.Exists))
            File.AppendAllText(control, "\ntrusted = true\n");
        foreach (var (name, schema) in Scripted)
            Write(own, name, schema, SupabaseShape.Read($"Extensions.{name}", options));
        foreach (var (name, schema) in Empty)
            Write(own, name, schema, "");
        return installed;
    }

    static void Write(string folder, string name, string? schema, string sql)
    {
        if (File.Exists(Path.Combine(folder, $"{name}.control")))
            return;
        var place = schema is null ? "" : $"schema = '{schema}'\n";
        ModeFile.Write(Path.Combine(folder, $"{name}.control"), $"comment = 'stand-in'\ndefault_version = '1.0'\nrelocatable = false\ntrusted = true\n{place}", ModeFile.Public);
        ModeFile.Write(Path.Combine(folder, $"{name}--1.0.sql"), sql, ModeFile.Public);
    }
}
