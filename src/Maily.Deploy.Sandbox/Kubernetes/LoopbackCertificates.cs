using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Certificates for servers on loopback, signed by an authority that lives as long as the cluster.</summary>
internal sealed class LoopbackCertificates : IDisposable
{
    readonly X509Certificate2 authority;
    readonly DateTimeOffset now;

    public LoopbackCertificates(TimeProvider time)
    {
        now = time.GetUtcNow();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=maily-sandbox-authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authority = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }

    public string AuthorityPem => authority.ExportCertificatePem();

    /// <summary>A certificate for 127.0.0.1 and localhost, with its key.</summary>
    public X509Certificate2 Server()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var signed = request.Create(authority, now.AddHours(-1), now.AddMonths(11), RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        // A certificate with an ephemeral key cannot serve TLS everywhere; a round trip through PKCS 12 gives it a lasting one.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>The same as two PEM texts, for servers that read files.</summary>
    public (string Certificate, string Key) ServerPem()
    {
        using var server = Server();
        using var key = server.GetRSAPrivateKey()!;
        return (server.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => authority.Dispose();
}
