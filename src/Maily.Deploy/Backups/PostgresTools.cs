using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups;

/// <summary>The client tools of one PostgreSQL version.</summary>
/// <param name="Folder">Where pg_dump, pg_restore and psql are.</param>
/// <param name="Major">Their major version.</param>
public sealed partial record PostgresTools(string Folder, int Major)
{
    const string ApplicationName = "PGAPPNAME";

    static readonly ConcurrentDictionary<(string Program, DateTime Written), int?> Answered = [];

    /// <summary>
    /// Finds tools for a server: on PATH or in Debian's <c>/usr/lib/postgresql/*/bin</c>, of the server's major version. An older pg_dump
    /// refuses a newer server, and a newer pg_restore sets what an older server does not know: 17 sets <c>transaction_timeout</c>.
    /// </summary>
    /// <exception cref="PostgresToolsMissingException">There are none; the error names the package.</exception>
    public static async Task<PostgresTools> FindAsync(int serverMajor, ProcessRunner processes, CancellationToken cancellation)
    {
        var found = new SortedSet<int>();
        foreach (var folder in Folders(serverMajor).Where(folder => File.Exists(Path.Combine(folder, "pg_dump"))).Distinct(StringComparer.Ordinal))
        {
            var major = await MajorOfAsync(Path.Combine(folder, "pg_dump"), processes, cancellation);
            if (major == serverMajor)
                return new(folder, serverMajor);
            if (major is { } other)
                found.Add(other);
        }

        throw new PostgresToolsMissingException(serverMajor, [.. found]);
    }

    // Asked for by every part of a run: the same file answers the same.
    static async Task<int?> MajorOfAsync(string program, ProcessRunner processes, CancellationToken cancellation)
    {
        var asked = (program, File.GetLastWriteTimeUtc(program));
        if (Answered.TryGetValue(asked, out var known))
            return known;
        // Debian's /usr/bin/pg_dump is a wrapper that asks for a cluster: only what it answers counts.
        var answer = await processes.RunAsync(CommandLine.Of(program, "--version"), null, cancellation);
        return Answered[asked] = Version().Match(answer) is { Success: true } version ? int.Parse(version.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>A command of these tools against a database; the password goes through the environment of the process only.</summary>
    public CommandLine Against(DatabaseSettings settings, string tool, params IEnumerable<string> arguments) => new()
    {
        Executable = Path.Combine(Folder, tool),
        Arguments = [$"--host={settings.Host}", $"--port={settings.Port}", $"--username={settings.User}", $"--dbname={settings.Name}", "--no-password", .. arguments],
        Environment = Variables(settings),
        Tells = ServerMessage.Of,
    };

    /// <summary>The command with a name of its own in <c>pg_stat_activity</c>.</summary>
    public static CommandLine Named(CommandLine command, string name) => command with { Environment = command.Environment.SetItem(ApplicationName, new(name)) };

    static ImmutableDictionary<string, Secret> Variables(DatabaseSettings settings)
    {
        var variables = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        variables[ApplicationName] = new("maily-deploy");
        variables["PGCONNECT_TIMEOUT"] = new("15");
        // Messages are read by their text.
        variables["LC_ALL"] = new("C");
        if (settings.Password is { } password)
            variables["PGPASSWORD"] = password;
        if (settings.SslMode is { Length: > 0 } mode)
            variables["PGSSLMODE"] = new(mode);
        if (settings.SslRootCertificate is { Length: > 0 } root)
            variables["PGSSLROOTCERT"] = new(root);
        return variables.ToImmutable();
    }

    // Where the server's own version would be comes first.
    static IEnumerable<string> Folders(int serverMajor)
    {
        const string debian = "/usr/lib/postgresql";
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var versions = Directory.Exists(debian) ? Directory.EnumerateDirectories(debian).Select(folder => Path.Combine(folder, "bin")) : [];
        return versions.Concat(path).Prepend(Path.Combine(debian, $"{serverMajor}", "bin"));
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();
}

/// <summary>This machine lacks client tools that fit the server.</summary>
public sealed class PostgresToolsMissingException(int serverMajor, ImmutableArray<int> found)
    : DeployException($"pg_dump {serverMajor}, the server's version, is not on this machine.",
        $"Install it: `apt-get install postgresql-client-{serverMajor}`.",
        found.IsEmpty ? "No pg_dump was found on PATH or in /usr/lib/postgresql." : $"Found only: {string.Join(", ", found)}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
