using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Asks the parts of a control plane whether they serve yet.</summary>
internal sealed class ControlPlaneProbe : IDisposable
{
    readonly ControlPlanePlan plan;
    readonly X509Certificate2 authority;
    readonly HttpClient http;

    public ControlPlaneProbe(ControlPlanePlan plan, string authorityPem)
    {
        this.plan = plan;
        authority = X509Certificate2.CreateFromPem(authorityPem);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = policy;
        http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", plan.Token);
    }

    public Task<bool> EtcdAnswers(CancellationToken ct) => Succeeds(new Uri($"{plan.EtcdAddress}/health"), ct);

    public Task<bool> ApiAnswers(CancellationToken ct) => Succeeds(new Uri(plan.Address, "/readyz"), ct);

    /// <summary>Without the default account's token no pod can be made.</summary>
    public Task<bool> ControllersWork(CancellationToken ct) => Answers(
        new Uri(plan.Address, "/api/v1/namespaces/default/serviceaccounts/default"),
        async answer => answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(ct)).Contains("\"secrets\"", StringComparison.Ordinal), ct);

    public void Dispose()
    {
        http.Dispose();
        authority.Dispose();
    }

    Task<bool> Succeeds(Uri address, CancellationToken ct) => Answers(address, answer => Task.FromResult(answer.IsSuccessStatusCode), ct);

    async Task<bool> Answers(Uri address, Func<HttpResponseMessage, Task<bool>> fits, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(address, ct);
            return await fits(answer);
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            // A busy machine: it listens already, and does not answer in time yet.
            return false;
        }
    }
}
