using System.Collections.Immutable;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Snapshots;
using Maily.Deploy.Sandbox.Wires;
using Npgsql;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>A sandbox in which the former release is live, with everything that lets faults strike a deployment to it.</summary>
sealed class DrillSite : IAsyncDisposable
{
    const string NoCertificates = "/dev/null";

    readonly RunningSandbox sandbox;
    readonly DrillProduct product;
    readonly Stack<IAsyncDisposable> opened = [];

    DrillSite(RunningSandbox sandbox, DrillProduct product) => (this.sandbox, this.product) = (sandbox, product);

    /// <summary>The far sides.</summary>
    public SandboxParts Parts => sandbox.Parts;

    /// <summary>The wires to them.</summary>
    public SandboxWires Wires { get; private set; } = null!;

    /// <summary>Hears of each step.</summary>
    public DrillControl Control { get; private set; } = null!;

    /// <summary>Both releases.</summary>
    public DrillClones Clones { get; private set; } = null!;

    /// <summary>The far sides with the former release live.</summary>
    public SandboxSnapshot Snapshot { get; private set; } = null!;

    /// <summary>Runs programs.</summary>
    public required ProcessRunner Runner { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The folder of the backups, which all machines reach.</summary>
    public string Backups => Path.Combine(sandbox.Folder, "backups");

    /// <summary>Opens the wires, deploys the former release and remembers the far sides.</summary>
    /// <exception cref="DrillFailedException">The former release cannot be deployed.</exception>
    public static async Task<DrillSite> OpenAsync(RunningSandbox sandbox, DrillProduct product, TimeProvider time, CancellationToken cancellation)
    {
        var site = new DrillSite(sandbox, product) { Runner = new ProcessRunner(time), Time = time };
        try
        {
            await site.PrepareAsync(cancellation);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the build on a machine, over the wires.</summary>
    public DrilledProcess Start(DrillClone machine, params IEnumerable<string> arguments) => DrilledProcess.Start(product.Program, machine.Root, VariablesOn(machine), arguments);

    /// <summary>Starts the deployment on a machine.</summary>
    public DrilledProcess Deploy(DrillClone machine, params IEnumerable<string> flags) => Start(machine, [product.Target, .. product.Flags, .. flags]);

    /// <summary>Begins to write rows.</summary>
    public SteadyWriter StartWriter() => SteadyWriter.Start(product.Writes, Parts.Postgres, Time);

    /// <summary>Reads the far sides, but for the rows that the writer writes.</summary>
    public Task<FarSideState> ReadAsync(CancellationToken cancellation) => FarSideState.ReadAsync(Parts, [product.Writes.Table], Backups, cancellation);

    /// <summary>The database alone.</summary>
    public Task<ImmutableArray<string>> ReadDatabaseAsync(CancellationToken cancellation) => FarSideState.DatabaseAsync(Parts, [product.Writes.Table], cancellation);

    /// <summary>Goes back to the former release, with no fault anywhere.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        Wires.Heal();
        await Snapshot.RestoreAsync(cancellation);
        if (Directory.Exists(Backups))
            Directory.Delete(Backups, recursive: true);
    }

    /// <summary>Lets the time pass that a dead holder's lease has left.</summary>
    public Task ExpireLeaseAsync(CancellationToken cancellation) =>
        JournalAsync("update maily_deploy.lease set expires_at = least(expires_at, clock_timestamp() - interval '1 hour')", cancellation);

    /// <summary>What is not as it must be when nobody deploys any more: a lease that is held, a deployment without an end, a scratch database.</summary>
    public async Task<ImmutableArray<string>> UnendedAsync(CancellationToken cancellation)
    {
        var held = await JournalAsync("select holder::text from maily_deploy.lease where expires_at > clock_timestamp()", cancellation);
        var unended = await JournalAsync("select id from maily_deploy.deployment where outcome is null", cancellation);
        var scratch = await JournalAsync("select datname::text from pg_database where starts_with(datname, 'maily_scratch_')", cancellation);
        return [.. scratch.Select(name => $"the scratch database {name} is left"), .. held.Select(holder => $"the lease is still held: {holder}"), .. unended.Select(id => $"{id} has no end in its journal")];
    }

    /// <summary>The steps that have a way back, as the journals say.</summary>
    public Task<IReadOnlyList<string>> StepsWithWayBackAsync(CancellationToken cancellation) =>
        JournalAsync("select distinct record->>'step' from maily_deploy.journal where record->>'compensatorType' is not null", cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (opened.TryPop(out var part))
            await part.DisposeAsync();
    }

    async Task PrepareAsync(CancellationToken cancellation)
    {
        opened.Push(Clones = await DrillClones.MakeAsync(product, Path.Combine(sandbox.Folder, "drill"), Runner, cancellation));
        opened.Push(Wires = SandboxWires.Open(sandbox, Time));
        opened.Push(Control = await DrillControl.StartAsync(cancellation));
        using var machine = await Clones.CloneAsync("former", cancellation);
        using var deploying = Deploy(machine);
        if (await deploying.EndAsync(cancellation) is { ExitCode: not 0 } failed)
            throw new DrillFailedException("The release that is to be live before each fault cannot be deployed.", failed.Output);
        await SteadyWriter.PrepareAsync(product.Writes, Parts.Postgres, cancellation);
        if (Directory.Exists(Backups))
            Directory.Delete(Backups, recursive: true);
        opened.Push(Snapshot = await SandboxSnapshot.TakeAsync(sandbox, cancellation));
    }

    Dictionary<string, string?> VariablesOn(DrillClone machine) => new(Wires.Environment.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)), StringComparer.Ordinal)
    {
        ["HOME"] = machine.Home,
        [DrillObserver.Variable] = Control.Url.AbsoluteUri,
        ["MAILY_BACKUP_FOLDER"] = Backups,
        // A fault strikes before, in or after a bake of any length: each second of it is one in every cell.
        ["MAILY_BAKE_TIME"] = "0.1s",
        // A guard against code that is written at run time, which every start pays for.
        ["DOTNET_EnableWriteXorExecute"] = "0",
        // It is compiled ahead: compiling it better while it runs pays off after a minute, and it is gone after seconds. The runtime reads the number as hexadecimal.
        ["DOTNET_TC_CallCountingDelayMs"] = $"{(int)TimeSpan.FromMinutes(1).TotalMilliseconds:x}",
        // Everything has a certificate of its own here: each start would read all those that the machine trusts, twice, a quarter of a second.
        ["SSL_CERT_FILE"] = NoCertificates,
        ["SSL_CERT_DIR"] = NoCertificates,
    };

    async Task<IReadOnlyList<string>> JournalAsync(string sql, CancellationToken cancellation)
    {
        var text = new NpgsqlConnectionStringBuilder(Parts.Postgres.SuperuserConnectionString(Parts.Postgres.Options.JournalDatabase)) { ApplicationName = SandboxConnections.OwnName, CommandTimeout = SandboxConnections.Patience };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(cancellation))
            lines.Add(reader.GetString(0));
        return lines;
    }
}

/// <summary>A drill cannot be run, or its deployments did not all end as they may.</summary>
public sealed class DrillFailedException(string fact, string? evidence = null)
    : DeployException(fact, "Read what the deployment wrote, and artifacts/drill/report.html.", evidence);
