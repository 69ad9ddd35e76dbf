using System.Globalization;
using System.Security.Cryptography;
using Maily.Deploy.Backups;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>A database that lasts as long as this object. A killed process takes it along, and what a lost machine left goes with the next one.</summary>
public sealed class ScratchDatabase : IAsyncDisposable
{
    const string Prefix = "maily_scratch_";
    const string TimeFormat = "yyyyMMddHHmmss";

    // Longer than any check: what is older belongs to nobody any more.
    static readonly TimeSpan OldestInUse = TimeSpan.FromHours(12);

    readonly ScratchServer server;
    readonly ScratchTarget target;
    readonly bool isSuperuser;
    DeathWatch? watch;

    ScratchDatabase(ScratchServer server, ScratchTarget target, string name, bool isSuperuser) =>
        (this.server, this.target, this.isSuperuser, Settings) = (server, target, isSuperuser, server.Settings with { Name = name });

    /// <summary>Where it is, as the server's own role.</summary>
    public DatabaseSettings Settings { get; }

    /// <summary>Whether that role is a superuser, which alone can take the target's role and watch rewrites.</summary>
    public bool IsSuperuser => isSuperuser;

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="DatabaseUnreachableException">The server does not answer.</exception>
    public static async Task<ScratchDatabase> CreateAsync(ScratchServer server, ScratchTarget target, PostgresTools tools, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await Connections.OpenAsync(server.Settings, cancellation);
        await SweepAsync(connection, time, cancellation);
        var isSuperuser = await connection.FindAsync<bool>("select rolsuper from pg_roles where rolname = current_user", cancellation);
        var name = $"{Prefix}{time.GetUtcNow().ToString(TimeFormat, CultureInfo.InvariantCulture)}_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var scratch = new ScratchDatabase(server, target, name, isSuperuser);
        // Before the database: a process that is killed in between leaves nothing either.
        scratch.watch = DeathWatch.Start(AfterDeath(server, name, tools));
        try
        {
            await connection.RunAsync(Turn(name), cancellation);
            await connection.RunAsync($"create database {name} template template0{(isSuperuser ? $" owner {Quoted.Name(target.Role)}" : "")}", cancellation);
            return scratch;
        }
        catch
        {
            await scratch.DisposeAsync();
            throw;
        }
    }

    /// <summary>An open connection as the role that migrations run as; the caller disposes it.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await Connections.OpenAsync(Settings, cancellation);
        try
        {
            if (isSuperuser)
                await connection.RunAsync($"set session authorization {Quoted.Name(target.Role)}", cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>An open connection as the server's own role; the caller disposes it.</summary>
    public Task<NpgsqlConnection> OpenAsOwnerOfServerAsync(CancellationToken cancellation) => Connections.OpenAsync(Settings, cancellation);

    /// <summary>Drops it, also when something is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        // Without a token: it holds a copy of somebody's data, so it goes whatever happens.
        await using (var connection = await Connections.OpenAsync(server.Settings, CancellationToken.None))
            await connection.RunAsync(Drop(Settings.Name), CancellationToken.None);
        watch?.Dispose();
    }

    /// <summary>What drops it when this process has died. A server goes on making a database for a client that is gone: first wait for its end.</summary>
    internal static CommandLine AfterDeath(ScratchServer server, string name, PostgresTools tools) =>
        tools.Against(server.Settings, "psql", ["--no-psqlrc", "--quiet", $"--command={Turn(name)}", $"--command={Drop(name)}"]);

    // Held by whoever makes it, as long as its connection lives.
    internal static string Turn(string name) => $"select pg_advisory_lock(hashtextextended({Quoted.Text(name)}, 0))";

    static string Drop(string name) => $"drop database if exists {name} with (force)";

    static async Task SweepAsync(NpgsqlConnection connection, TimeProvider time, CancellationToken cancellation)
    {
        var oldest = Prefix + (time.GetUtcNow() - OldestInUse).ToString(TimeFormat, CultureInfo.InvariantCulture);
        const string sql = "select datname::text from pg_database where starts_with(datname, $1) and datname < $2 and pg_has_role(datdba, 'MEMBER')";
        foreach (var left in await connection.ListAsync<string>(sql, cancellation, Prefix, oldest))
            await connection.RunAsync(Drop(left), cancellation);
    }
}
