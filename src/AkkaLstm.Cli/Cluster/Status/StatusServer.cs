using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Mime;
using System.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>A small HTTP port for whoever watches a node: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>. It takes nothing in.</summary>
internal sealed class StatusServer : IAsyncDisposable
{
    /// <summary>A page is shorter than a socket's buffer; who does not take it in this time gets no more.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpListener _listener;
    private readonly NodeHealth _health;
    private readonly MetricsPage _metrics;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _serving;

    private StatusServer(HttpListener listener, NodeHealth health, Meter meter)
    {
        _listener = listener;
        _health = health;
        _metrics = new MetricsPage(meter);
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Starts one.</summary>
    /// <param name="endpoint">Where; an address of this machine with a port.</param>
    /// <param name="health">What it tells.</param>
    /// <param name="meter">What it shows beside the runtime's own.</param>
    /// <exception cref="BadInputException">It cannot listen there.</exception>
    public static StatusServer Start(IPEndPoint endpoint, NodeHealth health, Meter meter)
    {
        bool isAny = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
        string host = isAny ? "+" : new IPEndPoint(endpoint.Address, 0).ToString()[..^2];
        var listener = new HttpListener();
        try
        {
            listener.Prefixes.Add($"http://{host}:{endpoint.Port}/");
            listener.Start();
        }
        catch (Exception e) when (e is HttpListenerException or ArgumentException)
        {
            listener.Close();
            throw new BadInputException(
                $"--status {endpoint}: cannot be listened on ({e.Message.TrimEnd('.')}); give an address of this machine with a free port",
                e);
        }

        return new StatusServer(listener, health, meter);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Close();
        await _serving;
        _metrics.Dispose();
        _closing.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext call;
            try
            {
                // A listener that is closed at the moment it is asked may never answer.
                call = await _listener.GetContextAsync().WaitAsync(_closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening)
                    return;
                continue;
            }

            await AnswerAsync(call);
        }
    }

    private async Task AnswerAsync(HttpListenerContext call)
    {
        HttpListenerResponse response = call.Response;
        bool isHead = call.Request.HttpMethod == "HEAD";
        try
        {
            (HttpStatusCode code, string type, string text) = isHead || call.Request.HttpMethod == "GET"
                ? Page(call.Request.Url?.AbsolutePath)
                : (HttpStatusCode.MethodNotAllowed, MediaTypeNames.Text.Plain, "only GET\n");
            byte[] body = Encoding.UTF8.GetBytes(text);
            response.StatusCode = (int)code;
            response.ContentType = type;
            response.ContentLength64 = body.Length;
            if (!isHead)
                await response.OutputStream.WriteAsync(body).AsTask().WaitAsync(WriteTimeout);
            response.Close();
        }
        catch (Exception e) when (
            e is HttpListenerException or IOException or TimeoutException or InvalidOperationException)
        {
            response.Abort(); // the caller is gone, or this server is being closed
        }
    }

    private (HttpStatusCode Code, string Type, string Text) Page(string? path) => path switch
    {
        "/healthz" => (HttpStatusCode.OK, MediaTypeNames.Text.Plain, "ok\n"),
        "/readyz" when _health.NotReadyBecause is { } reason =>
            (HttpStatusCode.ServiceUnavailable, MediaTypeNames.Text.Plain, $"not ready: {reason}\n"),
        "/readyz" => (HttpStatusCode.OK, MediaTypeNames.Text.Plain, "ready\n"),
        "/metrics" => (HttpStatusCode.OK, MetricsPage.ContentType, _metrics.Write()),
        _ => (HttpStatusCode.NotFound, MediaTypeNames.Text.Plain, "use /healthz, /readyz or /metrics\n"),
    };
}
