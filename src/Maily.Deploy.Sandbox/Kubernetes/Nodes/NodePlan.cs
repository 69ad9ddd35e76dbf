using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Ports;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Kubernetes.Nodes;

/// <summary>The commands of a real node, as values: they run in the namespaces of its engine, on its network and with its mounts.</summary>
internal sealed record NodePlan
{
    // A kubelet writes logs to a fixed place, and sets what it expects of the kernel. Neither shall be seen outside: the place is
    // memory of its own, and what it reads of the kernel is as it expects already.
    const string Preparation =
        """
        set -e
        mount -t tmpfs kubelet /var/log
        expect() { echo "$2" >"/var/log/.${1##*/}"; mount --bind "/var/log/.${1##*/}" "/proc/sys/$1"; }
        expect vm/overcommit_memory 1
        expect vm/panic_on_oom 0
        expect kernel/panic 10
        expect kernel/panic_on_oops 1
        expect kernel/keys/root_maxkeys 1000000
        expect kernel/keys/root_maxbytes 25000000
        exec "$0" "$@"
        """;

    // As an address the name needs no name service, and is where the API looks for the kubelet.
    public const string Name = "127.0.0.1";

    public const string PauseImage = "k8s.gcr.io/pause:3.2";

    public required string Assets { get; init; }

    /// <summary>The node's folder; a short path, since sockets lie below it.</summary>
    public required string Folder { get; init; }

    public required string KubeconfigPath { get; init; }

    public required ContainerEngine Engine { get; init; }

    /// <summary>The port of the kubelet's own API, which the cluster's API asks for logs.</summary>
    public int Port { get; } = LoopbackPorts.Find();

    public FarSideCommand Kubelet => Inside("kubelet", ["/bin/sh", "-c", Preparation, Path.Combine(Assets, "kubelet")],
        $"--kubeconfig={KubeconfigPath}", $"--hostname-override={Name}", $"--address={Name}", $"--port={Port}", "--read-only-port=0",
        "--authentication-token-webhook=false", "--authorization-mode=AlwaysAllow",
        "--container-runtime=docker", $"--docker-endpoint={Engine.Address}", $"--container-runtime-endpoint=unix://{In("shim.sock")}",
        $"--experimental-dockershim-root-directory={In("shim")}", $"--pod-infra-container-image={PauseImage}",
        $"--root-dir={In("pods")}", $"--cert-dir={In("pki")}", $"--volume-plugin-dir={In("plugins")}", "--resolv-conf=",
        "--cgroup-driver=cgroupfs", "--cgroups-per-qos=false", "--enforce-node-allocatable=", "--fail-swap-on=false", "--oom-score-adj=0",
        "--eviction-hard=", "--image-gc-high-threshold=100", "--serialize-image-pulls=false");

    // Pods share a bridge: without masquerading, a pod would answer another one past the service that it asked.
    public FarSideCommand Proxy => Inside("kube-proxy", [Path.Combine(Assets, "kube-proxy")],
        $"--kubeconfig={KubeconfigPath}", $"--hostname-override={Name}", "--proxy-mode=iptables", "--masquerade-all",
        $"--healthz-bind-address={Name}", $"--metrics-bind-address={Name}", "--conntrack-max-per-core=0", "--oom-score-adj=0");

    FarSideCommand Inside(string name, string[] program, params string[] arguments) =>
        new(name, Containments.Joiner, [.. Containments.Joining(Engine.FirstInside), .. program, .. arguments]);

    string In(string name) => Path.Combine(Folder, name);
}
