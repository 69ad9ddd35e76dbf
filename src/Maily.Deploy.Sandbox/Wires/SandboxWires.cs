using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Npgsql;

namespace Maily.Deploy.Sandbox.Wires;

/// <summary>A wire to each far side of a sandbox that a deployment changes, and the variables with which it goes over them.</summary>
public sealed class SandboxWires : IAsyncDisposable
{
    const string JournalVariable = "MAILY_JOURNAL_URL";

    readonly List<IDisposable> refusals = [];

    SandboxWires(ImmutableArray<Wire> all, ImmutableSortedDictionary<string, string> environment) => (All, Environment) = (all, environment);

    /// <summary>The wires.</summary>
    public ImmutableArray<Wire> All { get; }

    /// <summary>The sandbox's variables, with the wires' addresses in place of the far sides'.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; }

    /// <summary>Opens a wire to each far side. The journal has one of its own, although it lies on the same server.</summary>
    public static SandboxWires Open(RunningSandbox sandbox, TimeProvider time)
    {
        var parts = sandbox.Parts;
        var wires = new List<Wire>();
        SandboxWires? opened = null;
        var clusters = parts.Clusters.ByRegion.Select(pair => (
            pair.Value.Address.Authority,
            Wire: Wire.Open($"cluster {pair.Key}", Loopback(pair.Value.Address.Port), time, () => opened!.RefuseIn(pair.Value.Faults!)))).ToList();
        var database = Wire.Open("database", Loopback(parts.Postgres.Port), time, () => Terminate(parts.Postgres.SuperuserConnectionString()));
        var journal = Wire.Open("journal", Loopback(parts.Postgres.Port), time);
        var engine = Wire.Open("engine", EngineOf(parts.Engine.Address), time, () => WireRefusal.Http);
        var plain = new[] { ("registry", parts.Registry.Url), ("vercel", parts.Vercel.Url), ("frontend", parts.Vercel.ProductionUrl) }
            .Select(part => (part.Item2.Authority, Wire: Wire.Open(part.Item1, Loopback(part.Item2.Port), time, () => WireRefusal.Http))).ToList();
        wires.AddRange([database, journal, engine, .. plain.Select(part => part.Wire), .. clusters.Select(part => part.Wire)]);

        var kubeconfig = Path.Combine(sandbox.Folder, "kubeconfig.wired");
        ModeFile.Write(kubeconfig, clusters.Aggregate(File.ReadAllText(parts.Clusters.KubeconfigPath), (text, part) => text.Replace(part.Authority, Address(part.Wire), StringComparison.Ordinal)), ModeFile.Private);
        var environment = sandbox.Environment.Select(pair => KeyValuePair.Create(pair.Key, pair.Key switch
        {
            "DOCKER_HOST" => $"tcp://{Address(engine)}",
            "KUBECONFIG" => kubeconfig,
            JournalVariable => pair.Value.Replace($"127.0.0.1:{parts.Postgres.Port}", Address(journal), StringComparison.Ordinal),
            // The base image is what images are made from: its name goes into their content.
            // Scratch databases are no far side that a deployment changes.
            "MAILY_BASE_IMAGE" or "MAILY_UPSTREAM_IMAGE" or "RESTORE_CHECK_URL" => pair.Value,
            _ => plain.Append(($"127.0.0.1:{parts.Postgres.Port}", database)).Aggregate(pair.Value, (text, part) => text.Replace(part.Item1, Address(part.Item2), StringComparison.Ordinal)),
        }));
        return opened = new([.. wires], environment.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <summary>The wire of that name.</summary>
    public Wire this[string name] => All.Single(wire => wire.Name == name);

    /// <summary>Ends what was armed and what refuses; connections stay.</summary>
    public void Heal()
    {
        foreach (var wire in All)
            wire.Disarm();
        lock (refusals)
        {
            foreach (var refusal in refusals)
                refusal.Dispose();
            refusals.Clear();
        }
    }

    /// <summary>Closes all wires.</summary>
    public async ValueTask DisposeAsync()
    {
        Heal();
        await Task.WhenAll(All.Select(wire => wire.DisposeAsync().AsTask()));
    }

    // Not 500: a client may well try that again. Once: a cluster that refuses for ever is left to a person, who alone can help.
    WireRefusal RefuseIn(ClusterFaults faults)
    {
        lock (refusals)
            refusals.Add(faults.Add(new ApiFault { Status = HttpStatusCode.Forbidden, Times = 1 }));
        return WireRefusal.ByFarSide;
    }

    static WireRefusal Terminate(string superuser)
    {
        using var connection = new NpgsqlConnection(superuser);
        connection.Open();
        using var command = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> $1", connection)
        {
            Parameters = { new() { Value = SandboxConnections.OwnName } },
        };
        command.ExecuteNonQuery();
        return WireRefusal.ByFarSide;
    }

    static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    static string Address(Wire wire) => $"127.0.0.1:{wire.Port}";

    static EndPoint EngineOf(string address) => new Uri(address) switch
    {
        { Scheme: "unix", AbsolutePath: var path } => new UnixDomainSocketEndPoint(path),
        var tcp => new DnsEndPoint(tcp.Host, tcp.Port, AddressFamily.InterNetwork),
    };
}

/// <summary>How the sandbox's own connections are told from a deployment's.</summary>
static class SandboxConnections
{
    /// <summary>Their application name.</summary>
    public const string OwnName = "maily-sandbox";

    /// <summary>Seconds that a statement may take: a busy machine is no fault.</summary>
    public const int Patience = 120;
}
