using System.Security.Cryptography;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Ports;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>The commands and files of a real control plane, as values.</summary>
internal sealed record ControlPlanePlan
{
    public required string Assets { get; init; }

    public required string Folder { get; init; }

    public required string Token { get; init; }

    /// <summary>Whether kubelets of their own tell that their nodes live; else the controllers that evict pods of silent nodes are left out.</summary>
    public bool HasKubelets { get; init; }

    int EtcdPort { get; } = LoopbackPorts.Find();

    int PeerPort { get; } = LoopbackPorts.Find();

    int ApiPort { get; } = LoopbackPorts.Find();

    public Uri Address => new($"https://127.0.0.1:{ApiPort}");

    // A text, because etcd refuses the slash that ends a Uri.
    public string EtcdAddress => $"http://127.0.0.1:{EtcdPort}";

    public FarSideCommand Etcd => Command("etcd",
        $"--data-dir={In("etcd")}",
        $"--listen-client-urls={EtcdAddress}", $"--advertise-client-urls={EtcdAddress}",
        $"--listen-peer-urls={Peer}", $"--initial-advertise-peer-urls={Peer}", $"--initial-cluster=default={Peer}");

    public FarSideCommand ApiServer => Command("kube-apiserver",
        $"--etcd-servers={EtcdAddress}", "--bind-address=127.0.0.1", $"--secure-port={ApiPort}", "--insecure-port=0",
        $"--tls-cert-file={In("server.crt")}", $"--tls-private-key-file={In("server.key")}", $"--cert-dir={Folder}",
        $"--token-auth-file={In("tokens.csv")}", "--authorization-mode=RBAC", "--anonymous-auth=false",
        $"--service-account-key-file={In("accounts.key")}", $"--service-account-signing-key-file={In("accounts.key")}",
        "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/20",
        "--endpoint-reconciler-type=none", "--allow-privileged=true");

    public FarSideCommand ControllerManager => Command("kube-controller-manager",
        $"--kubeconfig={In("kubeconfig")}", "--use-service-account-credentials=true", "--leader-elect=false", "--port=0", "--secure-port=0",
        $"--service-account-private-key-file={In("accounts.key")}", $"--root-ca-file={In("ca.crt")}",
        "--namespace-sync-period=1s", $"--controllers=*{(HasKubelets ? "" : ",-nodelifecycle,-podgc")}", "--deployment-controller-sync-period=1s");

    public FarSideCommand Scheduler => Command("kube-scheduler", $"--kubeconfig={In("kubeconfig")}", "--leader-elect=false", "--port=0", "--secure-port=0");

    string Peer => $"http://127.0.0.1:{PeerPort}";

    public void WriteFiles(LoopbackCertificates certificates)
    {
        var (certificate, key) = certificates.ServerPem();
        using var accounts = RSA.Create(2048);
        ModeFile.Write(In("ca.crt"), certificates.AuthorityPem, ModeFile.Public);
        ModeFile.Write(In("server.crt"), certificate, ModeFile.Public);
        ModeFile.Write(In("server.key"), key, ModeFile.Private);
        ModeFile.Write(In("accounts.key"), accounts.ExportRSAPrivateKeyPem(), ModeFile.Private);
        ModeFile.Write(In("tokens.csv"), $"{Token},maily,maily,\"system:masters\"\n", ModeFile.Private);
    }

    FarSideCommand Command(string program, params string[] arguments) => new(program, Path.Combine(Assets, program), arguments);

    string In(string name) => Path.Combine(Folder, name);
}
