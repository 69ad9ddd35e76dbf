using System.Text;
using Maily.Deploy.Sandbox.Instances;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Writes the kubeconfig of a cluster.</summary>
internal static class KubeconfigFile
{
    public static string Text(string name, Uri address, string authorityPem, string token) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {name}
          cluster:
            server: {address.ToString().TrimEnd('/')}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}
        users:
        - name: {name}
          user:
            token: {token}
        contexts:
        - name: {name}
          context:
            cluster: {name}
            user: {name}
            namespace: default
        current-context: {name}

        """;

    public static string Write(string folder, string text)
    {
        var path = Path.Combine(folder, "kubeconfig");
        ModeFile.Write(path, text, ModeFile.Private);
        return path;
    }
}
