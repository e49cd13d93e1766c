package poll_test

func TestStopReturns(t *testing.T) {
	p := newPoller(time.Hour)
	p.Start()
	p.Stop()
}
