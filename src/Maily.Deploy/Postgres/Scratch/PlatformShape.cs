using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Maily.Deploy.Backups;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>
/// Gives a scratch database what the target has before any migration: Supabase's schemas, extensions, default rights and settings,
/// without a row. What the application has put there since, a trigger on <c>auth.users</c>, a policy on <c>storage.objects</c>, is left
/// out: its migrations make it.
/// </summary>
sealed class PlatformShape(DatabaseSettings target, PostgresTools tools, ProcessRunner processes)
{
    static readonly string OwnTriggers = $"""
        select format('%s %s %s', n.nspname, c.relname, t.tgname) from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace where not t.tgisinternal
            and (f.nspname = any($1) or p.oid in ({OutsideQuery.OwnRoutines}))
        """;

    // Only those that change what a migration makes: others may hold secrets.
    const string DatabaseSettingsSql = """
        select setting::text from pg_db_role_setting join pg_database d on d.oid = setdatabase, unnest(setconfig) as setting
        where datname = current_database() and setrole = 0 and split_part(setting, '=', 1) in ('search_path', 'TimeZone', 'DateStyle', 'IntervalStyle')
        """;

    /// <summary>What is left out where no migration will be run.</summary>
    public MadeObjects Without { get; init; } = MadeObjects.None;

    /// <summary>Copies it.</summary>
    /// <param name="scratch">The empty database.</param>
    /// <param name="made">What the migrations make and must not be there before; null: no migration will be run.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task CopyAsync(ScratchDatabase scratch, MadeObjects? made, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("maily-shape-");
        try
        {
            ShapeFilter filter;
            PlatformExtensions extensions;
            List<string> settings;
            InitialRights? rights;
            var dump = Path.Combine(folder.FullName, "shape");
            await using (var connection = await new ReadOnlyDatabase(target).OpenAsync(cancellation))
            {
                var application = await ApplicationSchemas.ReadAsync(connection, cancellation);
                var triggers = await connection.ListAsync<string>(OwnTriggers, cancellation, (object)application.ToArray());
                var role = await connection.FindAsync<string>("select current_user::text", cancellation) ?? "";
                var own = await connection.ListAsync<string>("select nspname::text from pg_namespace where nspowner = current_user::regrole", cancellation);
                extensions = made is null ? PlatformExtensions.None : await PlatformExtensions.ReadAsync(connection, made.Extensions, cancellation);
                filter = new(role, own.ToHashSet(StringComparer.Ordinal), extensions, triggers.ToHashSet(StringComparer.Ordinal), made ?? Without);
                rights = made?.ChangesDefaultRightsOf(role) == true ? await InitialRights.ReadAsync(connection, cancellation) : null;
                settings = await connection.ListAsync<string>(DatabaseSettingsSql, cancellation);
                await new ShapeDumps(target, tools, processes).WriteAsync(connection, dump, cancellation);
            }

            await SetAsync(scratch, settings, cancellation);
            await RestoreAsync(scratch, filter, dump, cancellation);
            await extensions.MakeAsync(scratch, cancellation);
            if (rights is not null && scratch.IsSuperuser)
                await rights.SetAsync(scratch, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    async Task RestoreAsync(ScratchDatabase scratch, ShapeFilter filter, string dump, CancellationToken cancellation)
    {
        var list = $"{dump}.contents";
        var contents = await processes.RunAsync(CommandLine.Of(Path.Combine(tools.Folder, "pg_restore"), "--list", dump), null, cancellation);
        await File.WriteAllLinesAsync(list, contents.Split('\n').Where(filter.Keeps), cancellation);
        string[] owners = scratch.IsSuperuser ? [] : ["--no-owner", "--no-privileges"];
        await processes.RunAsync(tools.Against(scratch.Settings, "pg_restore", ["--exit-on-error", "--single-transaction", $"--use-list={list}", .. owners, dump]), null, cancellation);
    }

    static async Task SetAsync(ScratchDatabase scratch, List<string> settings, CancellationToken cancellation)
    {
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        // As they are stored: quoted where they must be.
        foreach (var setting in settings.Select(setting => setting.Split('=', 2)))
            await connection.RunAsync($"alter database {scratch.Settings.Name} set {setting[0]} = {(setting[0] == "search_path" ? setting[1] : Quoted.Text(setting[1]))}", cancellation);
    }
}

/// <summary>Which lines of a dump's table of contents are the platform's own.</summary>
/// <param name="role">The role of migrations: what it owns in another role's schema, migrations have made.</param>
/// <param name="ownSchemas">The schemas that are this role's.</param>
/// <param name="extensions">Extensions that the dump does not bring.</param>
/// <param name="triggers">Triggers of the application, as schema, table and name.</param>
/// <param name="made">What the migrations make.</param>
sealed partial class ShapeFilter(string role, IReadOnlySet<string> ownSchemas, PlatformExtensions extensions, IReadOnlySet<string> triggers, MadeObjects made)
{
    static readonly ImmutableHashSet<string> Platform = [.. ApplicationSchemas.LeftOut.Except([MailySchema.Name])];

    readonly ImmutableHashSet<string> without = [.. extensions.Left.Select(extension => extension.Name)];
    readonly ImmutableHashSet<string> withoutSchemas = [.. extensions.Left.SelectMany(extension => extension.Schemas)];

    /// <summary>Whether the line is restored.</summary>
    public bool Keeps(string line)
    {
        if (Entry().Match(line) is not { Success: true } entry)
            return false;
        var (kind, schema, rest) = (entry.Groups["kind"].Value, entry.Groups["schema"].Value, entry.Groups["rest"].Value);
        var (name, owner) = rest.LastIndexOf(' ') is var space and > 0 ? (rest[..space], rest[(space + 1)..]) : (rest, "");
        // Rights on what an extension has made are the migrations' to grant where the extension is theirs to make.
        if (withoutSchemas.Contains(schema) || (kind == "ACL" && withoutSchemas.Contains(name.Replace("SCHEMA ", "", StringComparison.Ordinal))))
            return false;
        return (kind, schema) switch
        {
            ("EXTENSION", _) => !without.Contains(name),
            ("SCHEMA", _) => Platform.Contains(name),
            ("ACL", "-") => name == "SCHEMA public" || Platform.Contains(name.Replace("SCHEMA ", "", StringComparison.Ordinal)),
            ("PUBLICATION", _) => !made.Publications.Contains(name),
            ("PUBLICATION TABLE" or "PUBLICATION TABLES IN SCHEMA", _) when made.Publications.Contains(name.Split(' ')[0]) => false,
            ("DEFAULT ACL", "public") => owner != role || !made.ChangesDefaultRightsOf(role),
            ("DEFAULT ACL", _) => Platform.Contains(schema),
            ("POLICY" or "COMMENT", _) => false,
            ("TRIGGER", _) => Platform.Contains(schema) && !triggers.Contains($"{schema} {name}") && !made.Triggers.Contains($"{schema} {name}"),
            _ => Platform.Contains(schema) && (owner != role || ownSchemas.Contains(schema)),
        };
    }

    [GeneratedRegex(@"^[0-9]+; [0-9]+ [0-9]+ (?<kind>[A-Z]+(?: [A-Z]+)*) (?<schema>\S+) (?<rest>.*?)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entry();
}
