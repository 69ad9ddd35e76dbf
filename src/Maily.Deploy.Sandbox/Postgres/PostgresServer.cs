using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Ports;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;
using Npgsql;

namespace Maily.Deploy.Sandbox.Postgres;

/// <summary>A real Postgres server on loopback, with the roles and schemas that migrations of a Supabase project expect.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    readonly FarSideProcess process;
    readonly PostgresOptions options;

    PostgresServer(FarSideProcess process, PostgresOptions options, int port) =>
        (this.process, this.options, Port) = (process, options, port);

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How it was made.</summary>
    public PostgresOptions Options => options;

    /// <summary>The application's database as a URL, with the password.</summary>
    public string DatabaseUrl => UrlOf(options.Database);

    /// <summary>The journal's database as a URL, with the password.</summary>
    public string JournalUrl => UrlOf(options.JournalDatabase);

    /// <summary>The server as a place for scratch databases: the superuser's URL, with the password.</summary>
    public string ScratchUrl => $"postgresql://{options.Superuser}:{options.SuperuserPassword}@127.0.0.1:{Port}/template1";

    /// <summary>Makes a data directory in <paramref name="folder"/>, starts the server and gives it its Supabase shape.</summary>
    public static async Task<PostgresServer> StartAsync(
        string folder, PostgresOptions options, ToolLocator tools, ProcessHost host, CancellationToken cancellation)
    {
        var port = LoopbackPorts.Find();
        Directory.CreateDirectory(folder);
        ModeFile.Write(Path.Combine(folder, "password"), options.SuperuserPassword, ModeFile.Private);
        var started = await FarSideProcess.StartAsync(Command(folder, options, tools, port, host.Containment), host);
        var server = new PostgresServer(started, options, port);
        await started.ReadyAsync(server, server.AnswersAsync, options.Timeout, cancellation);
        return await server.ShapeAsync(cancellation);
    }

    /// <summary>A connection string for the role that deployments use.</summary>
    public string ConnectionString(string? database = null) => Connection(options.Role, options.Password, database);

    /// <summary>A connection string for the superuser, for tests that look behind the curtain.</summary>
    public string SuperuserConnectionString(string? database = null) =>
        Connection(options.Superuser, options.SuperuserPassword, database);

    /// <summary>Stops it.</summary>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    async Task<PostgresServer> ShapeAsync(CancellationToken cancellation)
    {
        try
        {
            await SupabaseShape.ApplyAsync(SuperuserConnectionString(), options, cancellation);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(SuperuserConnectionString());
        await connection.OpenAsync(cancellation);
        return true;
    }

    static FarSideCommand Command(string folder, PostgresOptions options, ToolLocator tools, int port, Containment containment)
    {
        var programs = Path.GetDirectoryName(tools.Require(Tool.InitDb))!;
        var extensions = containment == Containment.Namespace ? SupabaseExtensions.Prepare(folder, programs, options) : null;
        var script = Environment.IsPrivilegedProcess ? PostgresScript.AsRoot : PostgresScript.AsUser;
        string[] arguments = ["-c", script, "postgres", folder, programs, options.Superuser, $"{port}"];
        return new("postgres", "/bin/sh", [.. arguments, containment == Containment.Namespace ? "namespace" : "process", options.IsDurable ? "on" : "off", extensions ?? ""]);
    }

    // Pooling is off: a pooled connection would outlive the server that it belongs to.
    string Connection(string role, string password, string? database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = role,
        Password = password,
        Database = database ?? options.Database,
        Pooling = false,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    string UrlOf(string database) => $"postgresql://{options.Role}:{options.Password}@127.0.0.1:{Port}/{database}";
}
